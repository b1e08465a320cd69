using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Access;

/// <summary>What a project keeps, over HTTP.</summary>
public sealed class ProjectSettingsApiTests(PostgresCluster cluster)
{
    private const string Defaults = """{"capture":"full","redaction":{"builtIn":[],"custom":[]},"sampleShare":1,"limits":{"inputBytes":null,"outputBytes":null,"attributeBytes":null},"retention":{"contentDays":null,"traceDays":null},"scoresByPublicKey":false}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Settings_are_read_replaced_as_a_whole_and_hold_at_once(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        Assert.Equal(Defaults, await app.Client.GetStringAsync(new Uri("/api/project/settings", UriKind.Relative), Cancel));
        const string chosen = """{"capture":"metadata","redaction":{"builtIn":["email","phoneNumbers"],"custom":[{"name":"employee id","pattern":"EMP-[0-9]{6}","replacement":"[employee]","ignoreCase":true}]},"sampleShare":0.25,"limits":{"inputBytes":1000,"outputBytes":2000,"attributeBytes":100},"retention":{"contentDays":30,"traceDays":400},"scoresByPublicKey":true}""";

        Assert.Equal((HttpStatusCode.OK, chosen), await PutAsync(app, chosen));
        Assert.Equal(chosen, await app.Client.GetStringAsync(new Uri("/api/project/settings", UriKind.Relative), Cancel));
        Assert.Equal(CaptureMode.Metadata, (await app.Get<ProjectSettingsStore>().GetAsync(DefaultProject.Id, Cancel)).Capture);
        Assert.Same(ProjectSettings.Default, await app.Get<ProjectSettingsStore>().GetAsync(99, Cancel));

        Assert.Equal((HttpStatusCode.OK, Defaults), await PutAsync(app, Defaults));
    }

    [Theory]
    [InlineData("{}", "capture", "limits", "redaction", "retention", "sampleShare")]
    [InlineData("""{"capture":"some"}""", "capture")]
    [InlineData("""{"sampleShare":0}""", "sampleShare")]
    [InlineData("""{"sampleShare":1.5}""", "sampleShare")]
    [InlineData("""{"limits":{"inputBytes":99,"attributeBytes":9999999999}}""", "limits.attributeBytes", "limits.inputBytes")]
    [InlineData("""{"retention":{"contentDays":0,"traceDays":4000}}""", "retention.contentDays", "retention.traceDays")]
    [InlineData("""{"retention":{"contentDays":31,"traceDays":30}}""", "retention.contentDays")]
    [InlineData("""{"redaction":{"builtIn":["emails"],"custom":[]}}""", "redaction.builtIn[0]")]
    [InlineData("""{"redaction":{"builtIn":[]}}""", "redaction.custom")]
    [InlineData("""{"redaction":{"builtIn":[],"custom":[{"name":"","pattern":"a"},{"name":"x","pattern":""}]}}""", "redaction.custom[0].name", "redaction.custom[1].pattern")]
    [InlineData("""{"redaction":{"builtIn":[],"custom":[{"name":"x","pattern":"(a"}]}}""", "redaction.custom[0].pattern")]
    [InlineData("""{"redaction":{"builtIn":[],"custom":[{"name":"x","pattern":"(?=a)b"}]}}""", "redaction.custom[0].pattern")]
    [InlineData("""{"redaction":{"builtIn":[],"custom":[{"name":"x","pattern":"a*"}]}}""", "redaction.custom[0].pattern")]
    [InlineData("""{"redaction":{"builtIn":[],"custom":[{"name":"x","pattern":"a","replacement":"\"","ignoreCase":false}]}}""", "redaction.custom[0].replacement")]
    [InlineData("""{"redaction":{"builtIn":[],"custom":[{"name":"x","pattern":"a","replacement":"bab"}]}}""", "redaction.custom[0].replacement")]
    [InlineData("""{"redaction":{"builtIn":["email"],"custom":[{"name":"x","pattern":"mail"}]}}""", "redaction.custom[0].pattern")]
    [InlineData("""{"redaction":{"builtIn":[],"custom":[{"name":"x","pattern":"a1"},{"name":"x","pattern":"b1"}]}}""", "redaction.custom[1].name")]
    [InlineData("""{"capture":"full","keep":1}""", "keep")]
    public async Task What_is_wrong_is_named_and_changes_nothing(string changes, params string[] fields)
    {
        await using var app = await TestApp.StartAsync();
        var body = JsonNode.Parse(changes)!.AsObject();
        foreach (var (name, value) in changes == "{}" ? [] : JsonNode.Parse(Defaults)!.AsObject().ToList())
            body.TryAdd(name, value?.DeepClone());

        var (status, answer) = await PutAsync(app, body.ToJsonString());

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(fields, JsonNode.Parse(answer)!["errors"]!.AsObject().Select(e => e.Key).Order(StringComparer.Ordinal));
        Assert.Equal(Defaults, await app.Client.GetStringAsync(new Uri("/api/project/settings", UriKind.Relative), Cancel));
    }

    [Fact]
    public void What_is_wrong_with_an_expression_is_told_with_its_place()
    {
        Assert.Equal("is not a regular expression: not enough )'s, at character 3", new CustomRule("x", "(a", "", false).Check());
        Assert.Contains("linear time", new CustomRule("x", @"(a)\1", "", false).Check(), StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Body)> PutAsync(TestApp app, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await app.Client.PutAsync(new Uri("/api/project/settings", UriKind.Relative), content, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
