// A real provider (npm oidc-provider) on loopback, with one page of its own: who are you, and with one factor or two?
import Provider from "oidc-provider";

const { issuer, port, clients } = JSON.parse(process.env.PROVIDER);

const provider = new Provider(issuer, {
  clients,
  acrValues: ["hoog", "laag"],
  claims: { openid: ["sub", "amr"], acr: null, auth_time: null, sid: null },
  conformIdTokenClaims: false,
  cookies: { keys: ["only-for-tests"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  // Its own guard against addresses inside (SSRF) would keep it from telling a portal on this machine that somebody left.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, amr: ctx.oidc.session?.amr }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const asked = new URL(ctx.href).searchParams;
  if (!asked.has("who")) {
    ctx.type = "html";
    ctx.body = `<!doctype html><title>Zeeduin</title><h1>Aanmelden bij Zeeduin</h1><form><label>Wie <input name="who"></label>
      <button name="acr" value="hoog">Met pas</button><button name="acr" value="laag">Zonder pas</button></form>`;
    return;
  }
  const acr = asked.get("acr");
  const amr = acr === "hoog" ? ["pwd", "mfa"] : ["pwd"];
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login: { accountId: asked.get("who"), acr, amr } }));
});

provider.on("server_error", (ctx, error) => console.error(error));
provider.on("backchannel.error", (ctx, error) => console.error(error));
provider.listen(port, "127.0.0.1", () => console.log("ready"));
