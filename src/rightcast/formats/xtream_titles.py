"""JSON shapes of films and series in the Xtream player API, with exactly the types that apps insist on."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.library import Episode, Title

NO_FILM = b'{"info":[],"movie_data":[]}'
"""Apps test for these empty arrays to say that a film is unknown."""
NO_SERIES = b'{"seasons":[],"info":{"name":null},"episodes":{}}'


class FilmRow(msgspec.Struct, frozen=True, kw_only=True):
    """A film of get_vod_streams."""

    num: int
    name: str
    title: str
    year: str
    stream_type: str = "movie"
    stream_id: int
    stream_icon: str
    rating: str
    rating_5based: float
    added: str
    is_adult: str
    category_id: str
    category_ids: tuple[int, ...]
    container_extension: str
    custom_sid: str = ""
    direct_source: str = ""
    plot: str
    cast: str
    director: str
    genre: str
    release_date: str
    youtube_trailer: str
    episode_run_time: int


class SeriesInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A series as get_series_info tells it. `rating` and `episode_run_time` hold integers in strings, never ""."""

    name: str
    title: str
    year: str
    stream_type: str = "series"
    cover: str
    last_modified: str
    plot: str
    cast: str
    director: str
    genre: str
    releaseDate: str  # noqa: N815 - apps want both ways of writing it
    release_date: str
    rating: str
    rating_5based: float
    backdrop_path: tuple[str, ...]
    youtube_trailer: str
    episode_run_time: str
    category_id: str
    category_ids: tuple[int, ...]


class SeriesRow(SeriesInfo, frozen=True, kw_only=True):
    """A series of get_series."""

    num: int
    series_id: int


def film_row(film: Title, num: int) -> FilmRow:
    """One row of the list of films."""
    name, rating = _name(film), film.rating
    return FilmRow(
        num=num,
        name=name,
        title=name,
        year=film.year,
        stream_id=film.id,
        stream_icon=film.poster_url,
        rating=f"{rating:g}",
        rating_5based=round(rating / 2, 1),
        added=str(film.added),
        is_adult="1" if film.adult else "0",
        category_id=str(film.category_id),
        category_ids=(film.category_id,),
        container_extension=film.extension,
        plot=film.description,
        cast=", ".join(film.actors),
        director=", ".join(film.directors),
        genre=", ".join(film.genres),
        release_date=film.release_date,
        youtube_trailer=film.trailer,
        episode_run_time=film.length_s // 60,
    )


def film_info(film: Title) -> dict[str, Any]:
    """Everything about a film."""
    info = {
        "name": _name(film),
        "o_name": film.original_name or _name(film),
        "cover_big": film.poster_url,
        "movie_image": film.poster_url,
        "releasedate": film.release_date,
        "release_date": film.release_date,
        "episode_run_time": film.length_s // 60,
        "youtube_trailer": film.trailer,
        "director": ", ".join(film.directors),
        "actors": ", ".join(film.actors),
        "cast": ", ".join(film.actors),
        "description": film.description,
        "plot": film.description,
        "age": str(film.age or ""),
        "mpaa_rating": str(film.age or ""),
        "country": ", ".join(film.countries),
        "genre": ", ".join(film.genres),
        "backdrop_path": film.backdrop_urls,
        **_length(film.length_s),
        "bitrate": film.bitrate_bps // 1000,
        "rating": film.rating,
        "subtitles": (),
    }
    row = film_row(film, 1)
    told = ("stream_id", "name", "title", "year", "added", "category_id", "category_ids", "container_extension",
            "custom_sid", "direct_source")  # fmt: skip
    return {"info": info, "movie_data": {name: getattr(row, name) for name in told}}


def series_row(series: Title, num: int) -> SeriesRow:
    """One row of the list of series."""
    return SeriesRow(num=num, series_id=series.id, **_series_fields(series))


def series_info(series: Title, episodes: Sequence[Episode]) -> dict[str, Any]:
    """Everything about a series; `episodes` in order of season. Seasons stand under their numbers as strings."""
    seasons = {season: list(rows) for season, rows in groupby(episodes, key=lambda one: one.season)}
    return {
        "seasons": [_season(series, season, len(rows)) for season, rows in seasons.items()],
        "info": SeriesInfo(**_series_fields(series)),
        "episodes": {str(season): [_episode(one) for one in rows] for season, rows in seasons.items()},
    }


def _series_fields(series: Title) -> dict[str, Any]:
    return {
        "name": _name(series),
        "title": _name(series),
        "year": series.year,
        "cover": series.poster_url,
        "last_modified": str(series.added),
        "plot": series.description,
        "cast": ", ".join(series.actors),
        "director": ", ".join(series.directors),
        "genre": ", ".join(series.genres),
        "releaseDate": series.release_date,
        "release_date": series.release_date,
        "rating": str(round(series.rating)),
        "rating_5based": round(series.rating / 2, 1),
        "backdrop_path": series.backdrop_urls,
        "youtube_trailer": series.trailer,
        "episode_run_time": str(series.length_s // 60),
        "category_id": str(series.category_id),
        "category_ids": (series.category_id,),
    }


def _season(series: Title, season: int, count: int) -> dict[str, Any]:
    return {
        "id": season,
        "season_number": season,
        "episode_count": count,
        "name": f"Season {season}" if season else "Specials",
        "overview": "",
        "air_date": "",
        "cover": series.poster_url,
        "cover_big": series.poster_url,
        "vote_average": 0,
    }


def _episode(one: Episode) -> dict[str, Any]:
    info = {
        "plot": one.description,
        "releasedate": one.release_date,
        "release_date": one.release_date,
        **_length(one.length_s),
        "movie_image": one.image_url,
        "cover_big": one.image_url,
        "rating": 0,
        "bitrate": one.bitrate_bps // 1000,
        "season": one.season,
    }
    return {
        "id": str(one.id),
        "episode_num": one.number,
        "season": one.season,
        "title": one.name or f"Episode {one.number}",
        "container_extension": one.extension,
        "custom_sid": "",
        "added": str(one.added),
        "direct_source": "",
        "subtitles": (),
        "info": info,
    }


def _length(seconds: int) -> dict[str, Any]:
    duration = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return {"duration_secs": seconds, "duration": duration}


def _name(title: Title) -> str:
    return title.name or f"Title {title.id}"
