using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Access;

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
