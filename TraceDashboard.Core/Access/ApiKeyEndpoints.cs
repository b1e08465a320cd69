using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>Managing the key pairs of a project over HTTP. It takes a key with both scopes: no key gives what it has not itself.</summary>
public static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api").WithTags("Keys").RequireApiKey(ApiKeyScopes.All).TakesJson();

        keys.MapGet("/keys", ListAsync)
            .WithName("listKeys")
            .WithSummary("List the keys")
            .WithDescription("The key pairs of the project, newest first, also those that have expired or were revoked. Secrets are stored as a hash and cannot be read.")
            .WithMetadata(ApiKeyExamples.List)
            .Produces<ApiKeyListResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        keys.MapPost("/keys", CreateAsync)
            .WithName("createKey")
            .WithSummary("Create a key")
            .WithDescription("Makes a key pair and answers with its secret, once. It is accepted at once; where several processes share a database, by the others within a second.")
            .Accepts<CreateApiKeyRequest>("application/json")
            .WithMetadata(ApiKeyExamples.Create)
            .Produces<CreatedApiKeyResponse>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

        keys.MapDelete("/keys/{publicKey}", RevokeAsync)
            .WithName("revokeKey")
            .WithSummary("Revoke a key")
            .WithDescription("Ends a key pair for good: it is refused within a second. It stays in the list as revoked. Revoking it again changes nothing.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, CancellationToken cancellationToken)
    {
        var keys = await manager.ListAsync(context.GetProjectId(), cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Json(new ApiKeyListResponse([.. keys.Select(k => ApiKeyResponse.Of(k, now))]), ApiKeyJson.Default.ApiKeyListResponse);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(context, ApiKeyJson.Default.CreateApiKeyRequest);
        if (request is null)
            return problem!;
        var errors = new ApiErrors();
        var name = request.Name?.Trim() ?? "";
        if (name.Length is 0 or > ApiKeyManager.MaxNameLength)
            errors.Add("name", $"must say what the key is for, in 1 to {ApiKeyManager.MaxNameLength} characters");
        var scopes = Scopes(request.Scopes ?? [], errors);
        var expiresAt = ExpiresAt(request.ExpiresAt, time.GetUnixNanos(), context.GetProjectIdentity()!.ExpiresAt, errors);
        if (errors.Any)
            return errors.ToResult();

        var created = await manager.CreateAsync(context.GetProjectId(), name, scopes, expiresAt, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new CreatedApiKeyResponse(ApiKeyResponse.Of(created.Key, time.GetUtcNow()), created.SecretKey), ApiKeyJson.Default.CreatedApiKeyResponse);
    }

    private static async Task<IResult> RevokeAsync(
        HttpContext context, ApiKeyManager manager, [Description("The public key of the pair.")] string publicKey, CancellationToken cancellationToken) =>
        await manager.RevokeAsync(context.GetProjectId(), publicKey, cancellationToken) ? TypedResults.NoContent() : NotFoundProblem.Result("There is no such key.");

    private static ApiKeyScopes Scopes(IReadOnlyList<string> words, ApiErrors errors)
    {
        var scopes = ApiKeyScopes.None;
        for (var i = 0; i < words.Count; i++)
        {
            var scope = ApiKeyScopeWords.Parse(words[i] ?? "");
            if (scope is ApiKeyScopes.None)
                errors.Add($"scopes[{i}]", $"must be ingest or read{Suggestion.For(words[i] ?? "", ApiKeyScopeWords.Known)}");
            scopes |= scope;
        }

        if (words.Count == 0)
            errors.Add("scopes", "must name ingest, read or both");
        return scopes;
    }

    private static DateTimeOffset? ExpiresAt(string? text, long now, long? callerExpiresAt, ApiErrors errors)
    {
        var nanos = errors.ReadTime(text, "expiresAt");
        if (nanos <= now)
            errors.Add("expiresAt", "must be in the future");

        // Else whoever comes by a key that ends soon could keep the door open.
        if (!errors.Any && callerExpiresAt is { } latest && !(nanos <= latest))
            errors.Add("expiresAt", $"must not be later than {Iso8601.Format(latest)}, when the key that makes this call ends");
        return UnixNanos.ToDateTimeOffset(nanos);
    }
}
