// Reads questions from standard input, answers each as @eyevinn/cat does.
const { CAT } = require('@eyevinn/cat');
(async () => {
  let text = '';
  for await (const piece of process.stdin) text += piece;
  const answers = [];
  for (const asked of JSON.parse(text)) {
    const keys = { [asked.kid]: Buffer.from(asked.key, 'hex') };
    const cat = new CAT({ keys, expectCwtTag: true });
    try {
      if (asked.claims) {
        const how = { type: 'mac', alg: 'HS256', kid: asked.kid };
        answers.push({ token: await cat.generateFromJson(asked.claims, how) });
      } else {
        const how = { issuer: asked.issuer, audience: asked.audience, url: new URL(asked.url) };
        const found = await cat.validate(asked.token, 'mac', how);
        answers.push({ error: found.error ? found.error.constructor.name : '', claims: found.cat?.claims });
      }
    } catch (error) {
      answers.push({ error: error.constructor.name });
    }
  }
  process.stdout.write(JSON.stringify(answers));
})();
