// A certified OpenID provider on loopback, with keys made at its start. It reads what it is to be from standard input, as
// JSON {clients, audience, lifetime, people, port}, says its issuer on a line of standard output, and ends when its input
// does. `people`: by subject, {acr, amr, second}; `second` is how they prove more where it is asked for. A further line
// {"rotate": true} makes it sign with new keys, and {"wait": milliseconds} answer so much later; each is answered by a line.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import Provider from "oidc-provider";

const signing = (type, options, more) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  use: "sig",
  ...more,
});

const keys = (round) => [
  signing("ec", { namedCurve: "P-256" }, { kid: `ec${round}`, alg: "ES256" }),
  signing("rsa", { modulusLength: 2048 }, { kid: `rsa${round}`, alg: "RS256" }),
];

const escaped = (text) => String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

// its own pages, for those of the library ask another house for a font
const page = (main) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The bureau's accounts</title></head>
<body><main><h1>The bureau's accounts</h1>${main}</main></body></html>`;

const form = (people, said) => page(`${said ? `<p role="alert">${escaped(said)}</p>` : ""}
<form method="post"><label>Account <input name="login" autofocus required autocomplete="off" list="people"></label>
<datalist id="people">${people.map((one) => `<option value="${escaped(one)}">`).join("")}</datalist>
<button>Sign in</button></form><form method="post"><button name="abort" value="1">Give up</button></form>`);

const read = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString());
};

const made = (asked, issuer, round, cookies) =>
  new Provider(issuer, {
    clients: asked.clients,
    jwks: { keys: keys(round) },
    cookies: { keys: cookies },
    claims: { openid: ["sub", "acr", "amr"] },
    conformIdTokenClaims: true,
    findAccount: (_, sub) => (asked.people?.[sub] ? { accountId: sub, claims: () => ({ sub }) } : undefined),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    // whoever signs in here agrees that the board knows it
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        accountId: ctx.oidc.session.accountId,
        clientId: ctx.oidc.client.clientId,
      });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
    renderError: (ctx, out) => {
      ctx.type = "html";
      ctx.body = page(`<p role="alert">${escaped(out.error_description ?? out.error)}</p>`);
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, hidden) => {
          ctx.type = "html";
          ctx.body = page(`${hidden}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.type = "html";
          ctx.body = page("<p>Signed out.</p>");
        },
      },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => (ctx.oidc.params?.grant_type === "client_credentials" ? asked.audience : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: "",
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: asked.lifetime,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  });

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(0));
lines.once("line", (line) => {
  const asked = JSON.parse(line);
  const server = createServer();
  const cookies = [randomBytes(16).toString("hex")];
  server.listen(asked.port ?? 0, "127.0.0.1", () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    let [round, wait] = [0, 0];
    let provider = made(asked, issuer, "", cookies);

    const interact = async (request, response) => {
      const people = Object.keys(asked.people ?? {});
      const { params } = await provider.interactionDetails(request, response);
      const said = request.method === "POST" ? await read(request) : null;
      if (said?.get("abort"))
        return provider.interactionFinished(request, response, { error: "access_denied" });
      const login = said?.get("login") ?? "";
      const person = Object.hasOwn(asked.people ?? {}, login) ? asked.people[login] : null;
      if (!person) {
        response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
        return response.end(form(people, said ? "There is no such account." : ""));
      }
      const proved = (params.acr_values && person.second) || person;
      const result = { login: { accountId: login, acr: proved.acr, amr: proved.amr } };
      return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    };

    server.on("request", (request, response) =>
      setTimeout(() => {
        if (!request.url.startsWith("/interaction/")) return provider.callback()(request, response);
        interact(request, response).catch((error) => {
          response.writeHead(error.statusCode ?? 500, { "Content-Type": "text/plain" });
          response.end(error.message);
        });
      }, wait),
    );
    lines.on("line", (more) => {
      const told = JSON.parse(more);
      wait = told.wait ?? wait;
      if (told.rotate) provider = made(asked, issuer, (round += 1), cookies);
      process.stdout.write(`${JSON.stringify(told)}\n`);
    });
    process.stdout.write(`${issuer}\n`);
  });
});
