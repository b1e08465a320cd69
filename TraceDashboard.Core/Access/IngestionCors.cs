using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Lets pages of other origins send to the endpoints that take data in. They may send any header, as instrumented programs do, but no
/// cookies; what gives them leave is their key. Nothing can be read that way.
/// </summary>
public static class IngestionCors
{
    private const string Policy = "Ingestion";

    internal static IServiceCollection AddIngestionCors(this IServiceCollection services)
    {
        services.AddOptionsSection<IngestionCorsOptions>(IngestionCorsOptions.Section, IngestionCorsOptions.Check);
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<IngestionCorsOptions>>(static (cors, own) => cors.AddPolicy(Policy, policy => policy
            .WithOrigins(own.Value.Origins)
            .WithMethods("POST", "PUT", "PATCH")
            .AllowAnyHeader()
            .WithExposedHeaders("Retry-After", "traceparent")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
        return services;
    }

    /// <summary>The endpoint takes data in (<see cref="TakesData"/>): pages of the origins in <c>Cors:AllowedOrigins</c> may send to it.</summary>
    internal static TBuilder TakesOtherOrigins<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireCors(Policy).WithMetadata(new TakesData());
}
