"""SCTE 224 (ESNI): providers' schedules and policies as XML, read into blackouts and written from them."""
