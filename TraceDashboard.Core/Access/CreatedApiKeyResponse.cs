using System.ComponentModel;

namespace TraceDashboard.Core.Access;

public sealed record CreatedApiKeyResponse(
    [property: Description("The pair.")] ApiKeyResponse Key,
    [property: Description("The secret half. It is shown here and never again.")] string SecretKey);
