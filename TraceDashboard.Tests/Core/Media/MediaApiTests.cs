using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Browser;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Media;

public sealed class MediaApiTests(PostgresCluster cluster) : IAsyncDisposable
{
    private static readonly byte[] s_image = [.. "\x89PNG\r\n\x1a\n"u8, .. Enumerable.Range(0, 50_000).Select(i => (byte)i)];

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly string _folder = Directory.CreateTempSubdirectory("td-media-").FullName;
    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_file_is_announced_uploaded_once_and_read_again(DatabaseProvider provider)
    {
        await StartAsync(provider);
        var (uploadUrl, mediaId) = await ClaimAsync("t-1", s_image);
        Assert.Equal(Convert.ToBase64String(SHA256.HashData(s_image)).Replace('+', '-').Replace('/', '_')[..22], mediaId);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(mediaId)).Status);

        Assert.Equal(HttpStatusCode.OK, await PutAsync(uploadUrl!, s_image));
        var (status, file) = await GetAsync(mediaId);
        Assert.Equal((HttpStatusCode.OK, "image/png", s_image.Length), (status, file!["contentType"]!.GetValue<string>(), file["contentLength"]!.GetValue<int>()));
        using var download = await _app.Client.GetAsync(new Uri(file["url"]!.GetValue<string>()), Cancel);
        Assert.Equal("image/png", download.Content.Headers.ContentType!.ToString());
        Assert.Equal("nosniff", download.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("default-src 'none'; sandbox", download.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Null(download.Content.Headers.ContentDisposition);
        Assert.Equal(s_image, await download.Content.ReadAsByteArrayAsync(Cancel));

        // Another trace with the same image has nothing to upload.
        Assert.Equal((null, mediaId), await ClaimAsync("t-2", s_image));
        Assert.Single(Files());
    }

    [Fact]
    public async Task What_may_run_in_a_browser_is_only_saved()
    {
        await StartAsync(DatabaseProvider.Sqlite);
        var (uploadUrl, mediaId) = await ClaimAsync("t-1", "<script>alert(1)</script>"u8.ToArray(), "text/html");
        await PutAsync(uploadUrl!, "<script>alert(1)</script>"u8.ToArray());

        using var download = await _app.Client.GetAsync(new Uri((await GetAsync(mediaId)).Body!["url"]!.GetValue<string>()), Cancel);
        Assert.Equal("attachment", download.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task Bytes_that_were_not_announced_are_refused_and_leave_nothing()
    {
        await StartAsync(DatabaseProvider.Sqlite);
        var (uploadUrl, mediaId) = await ClaimAsync("t-1", s_image);
        foreach (var other in new[] { s_image[..^1], [.. s_image, 1], [.. s_image[..^1], 1], [] })
            Assert.Equal(HttpStatusCode.BadRequest, await PutAsync(uploadUrl!, other));

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(mediaId)).Status);
        Assert.Empty(Files());
        Assert.Equal(HttpStatusCode.OK, await PutAsync(uploadUrl!, s_image));
    }

    [Fact]
    public async Task An_address_is_good_for_one_file_one_purpose_and_an_hour()
    {
        await StartAsync(DatabaseProvider.Sqlite);
        var (uploadUrl, mediaId) = await ClaimAsync("t-1", s_image);
        var (otherUrl, otherId) = await ClaimAsync("t-1", [1, 2, 3]);
        await PutAsync(uploadUrl!, s_image);
        var url = (await GetAsync(mediaId)).Body!["url"]!.GetValue<string>();

        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(otherUrl!.Replace(otherId, mediaId, StringComparison.Ordinal), [1, 2, 3]));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(url, s_image));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(uploadUrl![..^2], s_image));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(uploadUrl!.Split('?')[0], s_image));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(uploadUrl, s_image));
        using var late = await _app.Client.GetAsync(new Uri(url), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, late.StatusCode);
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        await StartAsync(DatabaseProvider.Sqlite);

        var (status, body) = await SendAsync(HttpMethod.Post, "/api/public/media", """{"traceId":"","contentType":"image/x-own","contentLength":60000000,"sha256Hash":"abc","field":"picture","observationId":""}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(
            ["traceId", "observationId", "field", "contentType", "contentLength", "sha256Hash"],
            body!["errors"]!.AsArray().Select(e => e!.GetValue<string>().Split(' ')[0]));
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Post, "/api/public/media", "[]")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Post, "/api/public/media", "{")).Status);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_type_of_a_stored_file_stays_and_one_that_is_only_announced_may_still_change(DatabaseProvider provider)
    {
        await StartAsync(provider);
        await ClaimAsync("t-1", s_image, "text/html");
        var (uploadUrl, mediaId) = await ClaimAsync("t-1", s_image);
        await PutAsync(uploadUrl!, s_image);

        await ClaimAsync("t-2", s_image, "text/html");

        Assert.Equal("image/png", (await GetAsync(mediaId)).Body!["contentType"]!.GetValue<string>());
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_hash_that_only_begins_like_that_of_a_stored_file_is_another_file(DatabaseProvider provider)
    {
        await StartAsync(provider);
        var (uploadUrl, mediaId) = await ClaimAsync("t-1", s_image);
        await PutAsync(uploadUrl!, s_image);
        var hash = SHA256.HashData(s_image);
        hash[^1] ^= 1;

        var (status, _) = await SendAsync(HttpMethod.Post, "/api/public/media", Claim("t-2", Convert.ToBase64String(hash)));

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.NotNull((await GetAsync(mediaId)).Body);
        Assert.DoesNotContain("t-2", await _app.Get<TraceStore>().ReadAsync((db, ct) => db.MediaLinks.Join(db.TraceKeys, l => l.TraceNo, k => k.TraceNo, (_, k) => k.TraceId).ToListAsync(ct), Cancel));
    }

    [Fact]
    public async Task A_hash_is_the_same_however_base64_writes_it()
    {
        await StartAsync(DatabaseProvider.Sqlite);
        var hash = Convert.ToBase64String(SHA256.HashData(s_image));
        const string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

        // Two bits of the last digit are left over.
        var (status, body) = await SendAsync(HttpMethod.Post, "/api/public/media", Claim("t-1", $"{hash[..42]}{digits[digits.IndexOf(hash[42], StringComparison.Ordinal) | 3]}="));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(HttpStatusCode.OK, await PutAsync(body!["uploadUrl"]!.GetValue<string>(), s_image));
    }

    [Theory]
    [InlineData("""{"traceId":"a\u0000b"}""")]
    [InlineData("""{"traceId":"a\ud800b"}""")]
    [InlineData("{\"traceId\":\"\u00ff\"}")]
    public async Task Text_that_cannot_be_stored_is_refused(string json)
    {
        await StartAsync(DatabaseProvider.Sqlite);
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/api/public/media"), (HttpMethod.Delete, "/api/public/traces") })
        {
            // Latin-1: what is no ASCII is no UTF-8 either.
            using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(json)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await _app.Client.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("UTF-8", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_file_goes_with_the_last_of_its_traces(DatabaseProvider provider)
    {
        await StartAsync(provider);
        foreach (var traceId in new[] { "t-1", "t-2" })
        {
            var now = _time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
            await _app.Get<IngestionPipeline>().WriteAsync([SampleTraces.Span(traceId, "s", null, "chat", now, now + 1)]);
        }

        var (uploadUrl, mediaId) = await ClaimAsync("t-1", s_image);
        await PutAsync(uploadUrl!, s_image);
        await ClaimAsync("t-2", s_image);
        var deletion = _app.Get<TraceDeletion>();

        Assert.True(await deletion.DeleteTraceAsync(1, "t-1", Cancel));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(mediaId)).Status);
        Assert.True(await deletion.DeleteTraceAsync(1, "t-2", Cancel));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(mediaId)).Status);
        Assert.Empty(Files());

        // Deleted stays deleted, and so does what is sent of it afterwards.
        Assert.Equal((null, mediaId), await ClaimAsync("t-1", s_image));
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync(uploadUrl!, s_image));
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData(CaptureMode.Metadata, 1)]
    [InlineData(CaptureMode.Full, 1e-9)]
    public async Task A_project_that_keeps_no_contents_of_a_trace_takes_no_file_of_it(CaptureMode capture, double share)
    {
        await StartAsync(DatabaseProvider.Sqlite);
        await _app.Get<ProjectSettingsStore>().SaveAsync(DefaultProject.Id, new ProjectSettings { Capture = capture, SampleShare = share }, Cancel);

        var (uploadUrl, mediaId) = await ClaimAsync("t-1", s_image);

        Assert.Null(uploadUrl);
        Assert.Null(await _app.Get<MediaStore>().FindAsync(DefaultProject.Id, mediaId, Cancel));
    }

    private string[] Files() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    private async Task StartAsync(DatabaseProvider provider) => _app = await TestApp.StartAsync(new TestAppOptions
    {
        Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null,
        Settings = new Dictionary<string, string?> { ["Media:Folder"] = _folder },
        Services = services => services.AddSingleton<TimeProvider>(_time),
    });

    private async Task<(string? UploadUrl, string MediaId)> ClaimAsync(string traceId, byte[] file, string contentType = "image/png")
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "/api/public/media", Claim(traceId, Convert.ToBase64String(SHA256.HashData(file)), file.Length, contentType));
        Assert.Equal(HttpStatusCode.OK, status);
        return (body!["uploadUrl"]?.GetValue<string>(), body["mediaId"]!.GetValue<string>());
    }

    private static string Claim(string traceId, string hash, int? length = null, string contentType = "image/png") => new JsonObject
    {
        ["traceId"] = traceId,
        ["observationId"] = null,
        ["contentType"] = contentType,
        ["contentLength"] = length ?? s_image.Length,
        ["sha256Hash"] = hash,
        ["field"] = "input",
    }.ToJsonString();

    private async Task<(HttpStatusCode Status, JsonNode? Body)> GetAsync(string mediaId) => await SendAsync(HttpMethod.Get, $"/api/public/media/{mediaId}", null);

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        using var answer = await _app.Client.SendAsync(request, Cancel);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel)));
    }

    private async Task<HttpStatusCode> PutAsync(string url, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        using var answer = await _app.Client.PutAsync(new Uri(url), content, Cancel);
        return answer.StatusCode;
    }
}
