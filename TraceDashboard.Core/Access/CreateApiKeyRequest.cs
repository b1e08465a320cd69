using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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
