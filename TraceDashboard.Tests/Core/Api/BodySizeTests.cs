using System.Net;
using System.Net.Http.Headers;
using System.Text;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Api;

/// <summary>How long a body may be.</summary>
public sealed class BodySizeTests(BodySizeTests.App fixture) : IClassFixture<BodySizeTests.App>
{
    private readonly TestApp _app = fixture.Value;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/api/public/media", 64)]
    [InlineData("POST", "/api/keys", 64)]
    [InlineData("POST", "/api/model-prices", 64)]
    [InlineData("PUT", "/api/project/settings", 256)]
    [InlineData("POST", "/api/public/scores", 1024)]
    [InlineData("DELETE", "/api/public/traces", 4096)]
    public async Task A_call_that_needs_little_takes_no_more_than_it_needs_whether_it_says_how_long_it_is_or_not(string method, string path, int kibibytes)
    {
        foreach (var isAnnounced in new[] { true, false })
        {
            Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(kibibytes << 10));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync((kibibytes << 10) + 1));

            async Task<HttpStatusCode> SendAsync(int length)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path)
                {
                    Content = new ByteArrayContent(Encoding.ASCII.GetBytes("[]".PadRight(length))) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
                };
                request.Headers.TransferEncodingChunked = !isAnnounced;
                using var answer = await _app.Client.SendAsync(request, Cancel);
                return answer.StatusCode;
            }
        }
    }

    public sealed class App : IAsyncLifetime
    {
        public TestApp Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await TestApp.StartAsync();

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
}
