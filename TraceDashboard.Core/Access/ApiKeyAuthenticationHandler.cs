using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Accepts a project's key pair as HTTP Basic (<c>public:secret</c>), or its secret as <c>Authorization: Bearer sk-…</c>
/// or <c>x-api-key: sk-…</c>; for scores, where the project allows it, <c>Bearer pk-…</c>; without a key, <see cref="LocalCalls"/> where <c>Ingestion:AllowAnonymous</c> is on.
/// A wrong key is never taken for no key.
/// </summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder,
    ApiKeys keys, ApiKeyUsage usage, ProjectSettingsStore settings, IOptions<KeylessOptions> keyless)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "ApiKey";

    private const string HowTo = "Send the project's key pair as HTTP Basic (public key : secret key), or its secret key as 'Authorization: Bearer sk-…' or 'x-api-key: sk-…'.";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var (found, publicKey, secretKey, problem) = ReadCredentials(Request.Headers);
        if (problem is not null)
            return AuthenticateResult.Fail(problem);
        if (!found)
            return keyless.Value.Allowed && LocalCalls.IsLocal(Context) ? Success(new ProjectIdentity(DefaultProject.Id, ApiKeyScopes.All, expiresAt: null, keyId: null)) : AuthenticateResult.NoResult();
        try
        {
            if (publicKey is null && secretKey!.StartsWith(ApiKeys.PublicPrefix, StringComparison.Ordinal) && Context.GetEndpoint()?.Metadata.GetMetadata<TakesPublicKey>() is not null)
                return await AuthenticateForScoresAsync(secretKey);
            var (key, refusal) = await keys.FindAsync(publicKey, secretKey!, Context.RequestAborted);
            if (key is null)
                return AuthenticateResult.Fail(refusal!);
            usage.Note(key.Id);
            return Success(new ProjectIdentity(key.ProjectId, (ApiKeyScopes)key.Scopes, key.ExpiresAt, key.Id));
        }
        catch (UnavailableException e)
        {
            return AuthenticateResult.Fail(e);
        }
    }

    private async Task<AuthenticateResult> AuthenticateForScoresAsync(string publicKey)
    {
        var (key, refusal) = await keys.FindPublicAsync(publicKey, Context.RequestAborted);
        if (key is null)
            return AuthenticateResult.Fail(refusal!);
        if (!((ApiKeyScopes)key.Scopes).HasFlag(ApiKeyScopes.Ingest) || !(await settings.GetAsync(key.ProjectId, Context.RequestAborted)).ScoresByPublicKey)
            return AuthenticateResult.Fail("The public key alone is not enough; a project can allow scores to be sent with it.");
        usage.Note(key.Id);
        // Anybody may have it: it is counted by the address that it is sent from.
        return Success(new ProjectIdentity(key.ProjectId, ApiKeyScopes.None, key.ExpiresAt, keyId: null) { OnlyScores = true });
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure;
        if (failure is not null && Refusal.Of(failure, Context.RequestAborted) is { } refusal)
        {
            await Context.RefuseAsync(refusal);
            return;
        }

        Response.Headers.Append(HeaderNames.WWWAuthenticate, "Basic realm=\"Trace Dashboard\", charset=\"UTF-8\"");
        Response.Headers.Append(HeaderNames.WWWAuthenticate, "Bearer realm=\"Trace Dashboard\"");
        await Context.RefuseAsync(new(StatusCodes.Status401Unauthorized, $"{failure?.Message ?? "An API key is needed."} {HowTo}"));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Context.RefuseAsync(new(
        StatusCodes.Status403Forbidden,
        $"The API key may not do this: it needs {Context.GetRequiredScopes() switch { ApiKeyScopes.Ingest => "the scope ingest", ApiKeyScopes.Read => "the scope read", _ => "the scopes ingest and read" }}."));

    private static (bool Found, string? PublicKey, string? SecretKey, string? Problem) ReadCredentials(IHeaderDictionary headers)
    {
        var authorization = headers.Authorization.ToString();
        if (authorization.Length == 0)
        {
            var key = headers["x-api-key"].ToString();
            return key.Length == 0 ? default : (true, null, key, null);
        }

        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        var scheme = space < 0 ? authorization : authorization[..space];
        var value = space < 0 ? "" : authorization[(space + 1)..].Trim();
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return (true, null, value, null);
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return (true, null, null, "The Authorization header has neither Basic nor Bearer credentials.");

        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length))
            return (true, null, null, "The Basic credentials are not base64.");
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? (true, null, null, "The Basic credentials have no ':' between public key and secret key.")
            : (true, pair[..colon], pair[(colon + 1)..], null);
    }

    private static AuthenticateResult Success(ProjectIdentity caller) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(caller), Scheme));
}
