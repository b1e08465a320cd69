using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Access;

/// <summary>Names of the policies that endpoints require.</summary>
public static class AccessPolicies
{
    /// <summary>The caller has an API key with the scopes that the endpoint asks for, so that <see cref="AccessExtensions.GetProjectId"/> is known.</summary>
    public const string ApiKey = "ApiKey";
}

/// <summary>Metadata of an endpoint: the scopes that a key must have, all of them.</summary>
public sealed record RequiredScopes(ApiKeyScopes Scopes);

/// <summary>Metadata of an endpoint that takes scores: where the project allows it, the public key alone is enough for these.</summary>
public sealed record TakesPublicKey;

/// <summary>Metadata of an endpoint whose protocol has a form of its own for refusals; others get ProblemDetails.</summary>
/// <param name="write">Sets the status and writes the message. When to come again is in the headers already.</param>
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
        services.AddSingleton<ProjectSettingsStore>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<ApiKeyManager>();
        services.AddSingleton<ApiKeyUsage>();
        services.AddHostedService(static provider => provider.GetRequiredService<ApiKeyUsage>());
        services.AddHostedService<Bootstrap>();
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, DirectCalls>()); // of startup filters the first sees requests first
        services.AddIngestionCors();
        services.AddSingleton<Faults>();

        // The name is part of each key's purpose, and would else be the folder that a process runs in.
        services.AddDataProtection().SetApplicationName("TraceDashboard");
        services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>(static (options, provider) => options.XmlRepository = new StoredKeys(provider.GetRequiredService<TraceStore>));
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.Scheme, configureOptions: null);
        services.AddAuthorizationBuilder()
            .AddPolicy(AccessPolicies.ApiKey, policy => policy
                .AddAuthenticationSchemes(ApiKeyAuthenticationHandler.Scheme)
                .RequireAuthenticatedUser()
                .RequireAssertion(static context => context.Resource is HttpContext http && http.GetProjectIdentity() is { } caller && (caller.Has(http.GetRequiredScopes()) || caller.OnlyScores)));
        return services;
    }

    /// <summary>Whoever calls must have a key with all of these scopes. Said again of one endpoint of a group, that stands.</summary>
    public static TBuilder RequireApiKey<TBuilder>(this TBuilder builder, ApiKeyScopes scopes = ApiKeyScopes.All)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(AccessPolicies.ApiKey).WithMetadata(new RequiredScopes(scopes));

    /// <summary>The project that the caller's key belongs to, behind <see cref="AccessPolicies.ApiKey"/>.</summary>
    public static int GetProjectId(this HttpContext context) => context.GetProjectIdentity()!.ProjectId;

    /// <summary>Answers requests that were not taken (<see cref="Refusal"/>), or failed in a way that may pass (<see cref="Faults"/>), in the form of their protocol.</summary>
    public static void UseRefusals(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var faults = context.RequestServices.GetRequiredService<Faults>();
            if ((Refusal.Of(e, context.RequestAborted) ?? (context.GetEndpoint()?.Metadata.GetMetadata<TakesData>() is null ? faults.OfStore(e) : faults.OfSender(e))) is not { } refusal)
                throw;
            await context.RefuseAsync(refusal);
        }
    });

    internal static Task RefuseAsync(this HttpContext context, Refusal refusal)
    {
        refusal.WriteRetryAfter(context.Response.Headers);
        return context.GetEndpoint()?.Metadata.GetMetadata<AccessErrorWriter>() is { } writer
            ? writer.WriteAsync(context, refusal.StatusCode, refusal.Message)
            : TypedResults.Problem(refusal.Message, statusCode: refusal.StatusCode).ExecuteAsync(context);
    }

    internal static ProjectIdentity? GetProjectIdentity(this HttpContext context) => context.User.Identities.OfType<ProjectIdentity>().FirstOrDefault();

    /// <summary>All where the endpoint does not say.</summary>
    internal static ApiKeyScopes GetRequiredScopes(this HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RequiredScopes>()?.Scopes ?? ApiKeyScopes.All;
}
