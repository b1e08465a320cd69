using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>The body of <c>POST /api/keys</c>.</summary>
public sealed record CreateApiKeyRequest
{
    [Description("What the key is for: 1 to 200 characters.")]
    public string? Name { get; init; }

    [Description("What its holder may do: ingest (send traces and scores), read, or both, which also deletes traces and manages keys.")]
    public IReadOnlyList<string>? Scopes { get; init; }

    [Description("When it ends (ISO 8601), not after the key that makes the call; null for never."), DataType(DataType.DateTime)]
    public string? ExpiresAt { get; init; }
}

/// <summary>A key pair without its secret.</summary>
public record ApiKeyResponse
{
    [Description("The public half, and the key's name in this API.")]
    public required string PublicKey { get; init; }

    [Description("What the key is for.")]
    public required string Name { get; init; }

    [Description("ingest, read, or both.")]
    public required IReadOnlyList<string> Scopes { get; init; }

    [Description("active, expired or revoked."), AllowedValues("active", "expired", "revoked")]
    public required string State { get; init; }

    [Description("The last characters of the secret; null for a pair of the configuration.")]
    public required string? SecretEnd { get; init; }

    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }

    [Description("Null for never."), DataType(DataType.DateTime)]
    public required string? ExpiresAt { get; init; }

    [Description("Up to about a minute behind; null when it was never used."), DataType(DataType.DateTime)]
    public required string? LastUsedAt { get; init; }

    [Description("Null when it was not revoked."), DataType(DataType.DateTime)]
    public required string? RevokedAt { get; init; }

    internal static ApiKeyResponse Of(ApiKey key, DateTimeOffset now) => new()
    {
        PublicKey = key.PublicKey,
        Name = key.Name,
        Scopes = ApiKeyScopeWords.Of(key.Scopes),
        State = key.StateAt(now).ToString().ToLowerInvariant(),
        SecretEnd = key.SecretEnd,
        CreatedAt = Text(key.CreatedAt)!,
        ExpiresAt = Text(key.ExpiresAt),
        LastUsedAt = Text(key.LastUsedAt),
        RevokedAt = Text(key.RevokedAt),
    };

    private static string? Text(DateTimeOffset? time) => time is { } value ? Iso8601.Format(UnixNanos.FromDateTimeOffset(value)) : null;
}

public sealed record ApiKeyListResponse([property: Description("Newest first.")] IReadOnlyList<ApiKeyResponse> Items);

public sealed record CreatedApiKeyResponse(
    [property: Description("The pair.")] ApiKeyResponse Key,
    [property: Description("The secret half. It is shown here and never again.")] string SecretKey);

/// <summary>Scopes as they are written.</summary>
internal static class ApiKeyScopeWords
{
    public static readonly string[] Known = ["ingest", "read"];

    public static IReadOnlyList<string> Of(ApiKeyScopes scopes) =>
        [.. Known.Where(w => (scopes & Parse(w)) != 0)];

    public static ApiKeyScopes Parse(string word) => word switch
    {
        "ingest" => ApiKeyScopes.Ingest,
        "read" => ApiKeyScopes.Read,
        _ => ApiKeyScopes.None,
    };
}

internal static class ApiKeyExamples
{
    private const string Key = """
        {
          "publicKey": "pk-Rv3TqbJ0sWn5cXa8LzKd",
          "name": "gateway in production",
          "scopes": ["ingest"],
          "state": "active",
          "secretEnd": "q7Yx",
          "createdAt": "2026-01-31T12:00:00.000Z",
          "expiresAt": "2027-01-31T00:00:00.000Z",
          "lastUsedAt": null,
          "revokedAt": null
        }
        """;

    public static ApiExample List { get; } = new(null, $$"""{ "items": [{{Key}}] }""");

    public static ApiExample Create { get; } = new(
        """{ "name": "gateway in production", "scopes": ["ingest"], "expiresAt": "2027-01-31T00:00:00Z" }""",
        $$"""{ "key": {{Key}}, "secretKey": "sk-…q7Yx" }""");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyListResponse))]
[JsonSerializable(typeof(CreatedApiKeyResponse))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
