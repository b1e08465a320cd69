using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Deletion;

public sealed class TraceDeletionTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_trace_is_deleted_for_good_and_readers_are_told(bool postgres)
    {
        await using var app = await StartAsync(postgres);
        await SendAsync(app, "a/b", "s-1");
        using var subscription = app.Get<LiveFeed>().Subscribe(DefaultProject.Id);

        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(app, "/api/traces/a%2Fb"));

        Assert.True((await subscription.WaitAsync(Cancel)).Contains("a/b"));
        await SendAsync(app, "a/b", "s-1");
        using var read = await app.Client.GetAsync("/api/traces/a%2Fb", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(app, "/api/traces/a%2Fb"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_session_is_deleted_with_all_of_its_traces_and_no_other(bool postgres)
    {
        await using var app = await StartAsync(postgres);
        foreach (var number in Enumerable.Range(0, 105))
            await SendAsync(app, $"t{number}", "s-1");
        await SendAsync(app, "other", "s-2");
        foreach (var session in (string[])["s-1", "s-2"])
            await ScoreAsync(app, session);

        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(app, "/api/sessions/s-1"));

        Assert.Equal(["other"], await app.Get<TraceStore>().ReadAsync((db, ct) => db.Traces.Where(t => t.ProjectId == DefaultProject.Id).Select(t => t.TraceId).ToListAsync(ct), Cancel));
        var scores = await app.Get<ScoreReader>().ListAsync(DefaultProject.Id, new ScoreFilter(), 0, 10, Cancel);
        Assert.Equal("s-2", Assert.Single(scores.Items).Score.SessionId);
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(app, "/api/sessions/s-1"));
    }

    [Fact]
    public async Task Traces_of_another_project_answer_like_unknown_ones_and_stay()
    {
        await using var app = await StartAsync(postgres: false);
        await SendAsync(app, "mine", "s-1");
        var deletion = app.Get<TraceDeletion>();

        Assert.False(await deletion.DeleteTraceAsync(DefaultProject.Id + 1, "mine", Cancel));
        Assert.Equal(0, await deletion.DeleteSessionAsync(DefaultProject.Id + 1, "s-1", Cancel));

        using var read = await app.Client.GetAsync("/api/traces/mine", Cancel);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    private async Task<TestApp> StartAsync(bool postgres) =>
        await TestApp.StartAsync(new TestAppOptions { Postgres = postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });

    private static async Task SendAsync(TestApp app, string traceId, string sessionId)
    {
        using var body = new StringContent($$"""{"traceId":"{{traceId}}","name":"chat","sessionId":"{{sessionId}}"}""", Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync("/api/traces/start", body, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task ScoreAsync(TestApp app, string sessionId)
    {
        using var body = new StringContent($$"""{"name":"helpful","value":1,"sessionId":"{{sessionId}}"}""", Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync("/api/public/scores", body, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<HttpStatusCode> DeleteAsync(TestApp app, string path)
    {
        using var response = await app.Client.DeleteAsync(path, Cancel);
        return response.StatusCode;
    }
}
