using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

public sealed class ApiReferenceTests(ApiReferenceTests.App fixture) : IClassFixture<ApiReferenceTests.App>
{
    private readonly TestApp _app = fixture.Value;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_is_valid_and_has_every_api_route_with_examples()
    {
        var json = await _app.Client.GetStringAsync("/openapi/v1.json", Cancel);
        var (document, diagnostic) = OpenApiDocument.Parse(json, "json");

        Assert.Empty(diagnostic!.Errors);
        var expected = _app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) && e.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
            .Select(e => $"{e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]} {e.RoutePattern.RawText}")
            .Order(StringComparer.Ordinal);
        var described = document!.Paths.SelectMany(p => p.Value.Operations!.Select(o => (Name: $"{o.Key} {p.Key}", Operation: o.Value))).ToList();
        Assert.Equal(expected, described.Select(d => d.Name).Where(n => n.Contains(" /api/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        Assert.All(described.Where(d => d.Name.Contains(" /api/", StringComparison.Ordinal)), d =>
        {
            Assert.False(string.IsNullOrEmpty(d.Operation.Summary), d.Name);
            Assert.False(string.IsNullOrEmpty(d.Operation.Description), d.Name);
            Assert.Equal(3, d.Operation.Security!.Count);
            Assert.All(d.Operation.Parameters ?? [], p => Assert.False(string.IsNullOrEmpty(p.Description), $"{d.Name} {p.Name}"));
            if (d.Operation.RequestBody is { } request)
                AssertMatches(request.Content!["application/json"], $"{d.Name} request");
            if (!d.Operation.Responses!.ContainsKey("204"))
                AssertMatches(d.Operation.Responses["200"].Content!["application/json"], $"{d.Name} response");
        });
    }

    [Fact]
    public async Task Every_field_of_a_request_is_described()
    {
        var document = JsonNode.Parse(await _app.Client.GetStringAsync("/openapi/v1.json", Cancel))!;

        foreach (var name in new[] { "StartTraceRequest", "UpdateTraceRequest", "CompleteTraceRequest", "LifecycleUsage", "LifecycleSpan", "LifecycleEvent", "CreateApiKeyRequest" })
        {
            Assert.All(document["components"]!["schemas"]![name]!["properties"]!.AsObject(), field =>
                Assert.False(string.IsNullOrEmpty(field.Value!["description"]?.GetValue<string>()), $"{name}.{field.Key}"));
        }

        Assert.Equal("date-time", document["components"]!["schemas"]!["StartTraceRequest"]!["properties"]!["timestamp"]!["format"]!.GetValue<string>());
        Assert.Contains(document["components"]!["schemas"]!["LifecycleSpan"]!["properties"]!["kind"]!["enum"]!.AsArray(), v => v!.GetValue<string>() == "generation");
    }

    [Fact]
    public async Task The_examples_are_accepted_by_the_api_itself()
    {
        var paths = JsonNode.Parse(await _app.Client.GetStringAsync("/openapi/v1.json", Cancel))!["paths"]!;

        foreach (var (path, method) in new[] { ("/api/traces/start", "post"), ("/api/traces/{traceId}/update", "put"), ("/api/traces/{traceId}/complete", "post"), ("/api/keys", "post") })
        {
            var example = paths[path]![method]!["requestBody"]!["content"]!["application/json"]!["example"]!.ToJsonString();
            using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{traceId}", "example", StringComparison.Ordinal))
            {
                Content = new StringContent(example, System.Text.Encoding.UTF8, "application/json"),
            };
            using var response = await _app.Client.SendAsync(request, Cancel);
            Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    [Fact]
    public async Task The_reference_page_loads_its_script_from_here()
    {
        using var page = await _app.Client.GetAsync("/docs/api", Cancel);
        var html = await page.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var sources = System.Text.RegularExpressions.Regex.Matches(html, "(?:src|href)=\"([^\"]+)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, source =>
        {
            var address = new Uri(new Uri(_app.Address, "/docs/api/"), source);
            Assert.Equal(_app.Address.Authority, address.Authority);
        });
        using var script = await _app.Client.GetAsync("/docs/api/scalar.js", Cancel);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    /// <summary>Every field of the example is in the schema, with a value of its type; required ones are there.</summary>
    private static void AssertMatches(OpenApiMediaType content, string where)
    {
        Assert.NotNull(content.Example);
        AssertMatches(content.Example, content.Schema!, where);
    }

    private static void AssertMatches(JsonNode? value, IOpenApiSchema schema, string where)
    {
        if (schema.OneOf is { Count: > 0 } alternatives && value is not null)
            schema = alternatives.First(a => a.Type != JsonSchemaType.Null);
        if (schema.Type is not { } types)
            return; // any JSON
        var type = value?.GetValueKind() switch
        {
            null or System.Text.Json.JsonValueKind.Null => JsonSchemaType.Null,
            System.Text.Json.JsonValueKind.String => JsonSchemaType.String,
            System.Text.Json.JsonValueKind.Number => JsonSchemaType.Number | JsonSchemaType.Integer,
            System.Text.Json.JsonValueKind.Array => JsonSchemaType.Array,
            System.Text.Json.JsonValueKind.Object => JsonSchemaType.Object,
            _ => JsonSchemaType.Boolean,
        };
        Assert.True((types & type) != 0, $"{where} is {type}, not {types}");

        if (value is JsonObject members && schema.Properties is { Count: > 0 } properties)
        {
            Assert.All(schema.Required ?? new HashSet<string>(), name => Assert.True(members.ContainsKey(name), $"{where} lacks {name}"));
            foreach (var (name, member) in members)
            {
                Assert.True(properties.ContainsKey(name), $"{where}.{name} is not in the schema");
                AssertMatches(member, properties[name], $"{where}.{name}");
            }
        }
        else if (value is JsonArray items && schema.Items is { } item)
        {
            foreach (var element in items)
                AssertMatches(element, item, $"{where}[]");
        }
    }

    public sealed class App : IAsyncLifetime
    {
        public TestApp Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await TestApp.StartAsync(new TestAppOptions
        {
            Environment = "Production",
            Settings = new Dictionary<string, string?> { ["Ingestion:AllowAnonymous"] = "true" },
        });

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
}
