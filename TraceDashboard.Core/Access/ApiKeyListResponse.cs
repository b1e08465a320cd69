using System.ComponentModel;

namespace TraceDashboard.Core.Access;

public sealed record ApiKeyListResponse([property: Description("Newest first.")] IReadOnlyList<ApiKeyResponse> Items);
