// A certified OpenID provider on loopback, with keys made at its start. It reads what it is to be from standard input, as
// JSON {clients, audience, lifetime}, says its issuer on a line of standard output, and ends when its input does.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import Provider from "oidc-provider";

const signing = (type, options, more) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  use: "sig",
  ...more,
});

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(0));
lines.once("line", (line) => {
  const { clients, audience, lifetime } = JSON.parse(line);
  const server = createServer();
  server.listen(0, "127.0.0.1", () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const provider = new Provider(issuer, {
      clients,
      jwks: {
        keys: [
          signing("ec", { namedCurve: "P-256" }, { kid: "ec", alg: "ES256" }),
          signing("rsa", { modulusLength: 2048 }, { kid: "rsa", alg: "RS256" }),
        ],
      },
      features: {
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => audience,
          useGrantedResource: () => true,
          getResourceServerInfo: (_, resource) => ({
            scope: "",
            audience: resource,
            accessTokenFormat: "jwt",
            accessTokenTTL: lifetime,
            jwt: { sign: { alg: "ES256" } },
          }),
        },
      },
    });
    server.on("request", provider.callback());
    process.stdout.write(`${issuer}\n`);
  });
});
