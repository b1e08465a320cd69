using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Access;

/// <summary>Names of the policies that endpoints require.</summary>
public static class AccessPolicies
{
    /// <summary>The caller has an API key, so that <see cref="AccessExtensions.GetProjectId"/> is known.</summary>
    public const string ApiKey = "ApiKey";
}

/// <summary>Metadata of an endpoint whose protocol has a form of its own for refusals; others get ProblemDetails.</summary>
/// <param name="write">Sets the status (401, 503) and writes the message.</param>
public sealed class AccessErrorWriter(Func<HttpContext, int, string, Task> write)
{
    public Task WriteAsync(HttpContext context, int statusCode, string message) => write(context, statusCode, message);
}

public static class AccessExtensions
{
    /// <summary>API keys and the project that they speak for; creates the first project and key pair at start.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddOptionsSection<BootstrapOptions>(BootstrapOptions.Section, BootstrapOptions.Check);
        services.AddSingleton<ApiKeys>();
        services.AddHostedService<Bootstrap>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.Scheme, configureOptions: null);
        services.AddAuthorizationBuilder()
            .AddPolicy(AccessPolicies.ApiKey, policy => policy.AddAuthenticationSchemes(ApiKeyAuthenticationHandler.Scheme).RequireAuthenticatedUser());
        return services;
    }

    public static TBuilder RequireApiKey<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(AccessPolicies.ApiKey);

    /// <summary>The project that the caller's key belongs to, behind <see cref="AccessPolicies.ApiKey"/>.</summary>
    public static int GetProjectId(this HttpContext context) => context.User.Identities.OfType<ProjectIdentity>().First().ProjectId;
}
