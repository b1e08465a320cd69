using System.Globalization;
using System.Security.Claims;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Access;

/// <summary>A caller that speaks for a project.</summary>
/// <param name="expiresAt">Nanoseconds since the Unix epoch; null when never.</param>
/// <param name="keyId">Null without a key.</param>
internal sealed class ProjectIdentity(int projectId, ApiKeyScopes scopes, long? expiresAt, int? keyId) : ClaimsIdentity(ApiKeyAuthenticationHandler.Scheme), IKeyHolder
{
    public int ProjectId { get; } = projectId;

    public int? KeyId { get; } = keyId;

    public long? ExpiresAt { get; } = expiresAt;

    /// <summary>Whether the caller has only a public key, where scores may be sent with that.</summary>
    public bool OnlyScores { get; init; }

    public bool Has(ApiKeyScopes required) => (scopes & required) == required;

    /// <summary>Pages opened on this machine come with this identity too, and antiforgery tokens need a name to be made out to.</summary>
    public override string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"project {projectId}");
}
