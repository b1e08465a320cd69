using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;

namespace TraceDashboard.Hosting;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c> and the reference page at <c>/docs/api</c>.</summary>
internal static class ApiReference
{
    private static readonly string[] s_schemes = ["basic", "bearer", "apiKey"];
    private const string Json = "application/json";

    public static void AddApiReference(this IServiceCollection services) => services.AddOpenApi("v1", static options =>
    {
        options.AddDocumentTransformer(Describe);
        options.AddOperationTransformer(AddExamplesAndSecurity);
        options.AddSchemaTransformer(AddFormats);
    });

    public static void MapApiReference(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi().AllowAnonymous();

        // Everything comes from this origin: no fonts, chat, telemetry or proxy of the component's maker.
        app.MapScalarApiReference("/docs/api", static (options, context) => options
            .WithTitle("Trace Dashboard API")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .AddDocument("v1")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideDeveloperTools()
            .HideClientButton()
            .WithNonce(context.GetScriptNonce())).AllowAnonymous();
    }

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Trace Dashboard",
            Version = "v1",
            Description =
                "Send traces of LLM applications and read them. Calls carry the key pair of a project as HTTP Basic, or its secret key " +
                "as bearer token or x-api-key. Errors are ProblemDetails (RFC 9457); a 503 says in Retry-After when to come again, and sending twice changes nothing.",
        };

        // The document is the same by whatever name the app is reached: of the server that is told, that of the request, only the path counts.
        document.Servers = document.Servers?.FirstOrDefault()?.Url is { } url && new Uri(url).AbsolutePath.TrimEnd('/') is { Length: > 0 } path ? [new OpenApiServer { Url = path }] : [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["basic"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "Public key and secret key of the project." },
            ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Secret key of the project (sk-…)." },
            ["apiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "x-api-key", Description = "Secret key of the project (sk-…)." },
        };
        DescribeFields(document);
        return Task.CompletedTask;
    }

    /// <summary>Fields that refer to another schema lose their own description on the way.</summary>
    private static void DescribeFields(OpenApiDocument document)
    {
        var types = typeof(ApiExample).Assembly.GetExportedTypes().ToLookup(t => t.Name, StringComparer.Ordinal);
        foreach (var (name, schema) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            foreach (var property in types[name].SelectMany(t => t.GetProperties()))
            {
                if (property.GetCustomAttribute<DescriptionAttribute>() is { } description
                    && schema.Properties?.TryGetValue(JsonNamingPolicy.CamelCase.ConvertName(property.Name), out var field) == true)
                    field.Description = description.Description;
            }
        }
    }

    private static Task AddExamplesAndSecurity(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<ApiExample>().LastOrDefault() is { } example)
        {
            if (example.Request is not null && operation.RequestBody?.Content?.TryGetValue(Json, out var request) == true)
                request.Example = JsonNode.Parse(example.Request);
            if (operation.Responses?["200"].Content?.TryGetValue(Json, out var response) == true)
                response.Example = JsonNode.Parse(example.Response);
        }

        if (metadata.OfType<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Any(a => a.Policy == AccessPolicies.ApiKey))
        {
            operation.Security =
            [
                .. s_schemes.Select(scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] }),
            ];
        }

        return Task.CompletedTask;
    }

    private static Task AddFormats(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var attributes = context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [];
        if (attributes.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed)
            schema.Enum = [.. allowed.Values.Select(v => (JsonNode)v!.ToString()!)];
        if (attributes.OfType<DataTypeAttribute>().Any(a => a.DataType == DataType.DateTime))
            schema.Format = "date-time";
        if (attributes.OfType<DataTypeAttribute>().Any(a => a.DataType == DataType.Text))
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
        return Task.CompletedTask;
    }
}
