using System.Net;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Api;

public sealed class RequestTargetTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/a?q=ünï", true)]
    [InlineData("/a?q=%C3%BC%F0%9F%98%80&x=%25", true)]
    [InlineData("/a?q=100%", true)]
    [InlineData("/a?q=%zz", true)]
    [InlineData("/a?q=%00", false)]
    [InlineData("/a?q=%FF", false)]
    [InlineData("/a?q=%ED%A0%80", false)]
    [InlineData("/a/%C3?x", false)]
    public void Only_what_decodes_to_text_is_an_address(string target, bool isText) => Assert.Equal(isText, RequestTarget.IsText(target));

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Queries_that_are_no_text_are_400_on_every_endpoint_that_reads(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        string[] addresses =
        [
            "/api/traces/search?name={0}", "/api/traces/search?q={0}", "/api/traces/t?spanCursor={0}", "/api/traces/{0}", "/api/models/match?model={0}",
            "/api/public/traces?userId={0}", "/api/public/traces/{0}", "/api/public/observations?name={0}", "/api/public/v2/observations?traceId={0}",
            "/api/public/sessions/{0}", "/api/public/scores?name={0}", "/api/public/media/{0}",
        ];
        foreach (var address in addresses)
        {
            foreach (var text in new[] { "a%00b", "a%FFb", "a%ED%A0%80b" })
            {
                using var answer = await app.Client.GetAsync(new Uri(address.Replace("{0}", text, StringComparison.Ordinal), UriKind.Relative), Cancel);
                Assert.Equal((address, text, HttpStatusCode.BadRequest), (address, text, answer.StatusCode));
            }
        }

        var cursor = Convert.ToBase64String("""{"lastStartTimeTo":"1","lastTraceId":"a\u0000b","lastId":"c"}"""u8);
        using var page = await app.Client.GetAsync(new Uri($"/api/public/v2/observations?cursor={Uri.EscapeDataString(cursor)}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
    }
}
