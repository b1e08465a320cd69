using System.Threading.Channels;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Live;
using TestContext = Xunit.TestContext;

namespace TraceDashboard.Tests.Components.Shared;

public sealed class LiveComponentTests : IAsyncDisposable
{
    private readonly BunitContext _context = new();
    private readonly FakeTimeProvider _time = new();
    private readonly LiveFeed _feed;

    public LiveComponentTests()
    {
        _feed = new LiveFeed(_time, Options.Create(new LiveOptions()));
        _context.Services.AddSingleton(_feed).AddSingleton<TimeProvider>(_time).AddSingleton<PagePace>().AddSingleton<PageMetrics>().AddMetrics();
        _context.SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public async Task Changes_during_an_answer_are_merged_into_the_next()
    {
        var probe = _context.Render<Probe>().Instance;
        Publish("a");
        var first = await probe.NextAsync();

        Publish("b");
        Publish("c");
        first.Answer.SetResult(true);
        var second = await probe.NextAsync();
        second.Answer.SetResult(true);

        Assert.Equal(["a"], first.Changes.TraceIds);
        Assert.Equal(["b", "c"], second.Changes.TraceIds.Order());
    }

    [Fact]
    public async Task What_changes_nothing_is_not_rendered()
    {
        var rendered = _context.Render<Probe>();
        var renders = rendered.RenderCount;

        foreach (var (traceId, changed) in new[] { ("a", false), ("b", false), ("c", true) })
        {
            Publish(traceId);
            (await rendered.Instance.NextAsync()).Answer.SetResult(changed);
        }

        await rendered.WaitForAssertionAsync(() => Assert.Equal(renders + 1, rendered.RenderCount));
    }

    [Fact]
    public async Task A_failed_answer_is_shown_and_tried_again_for_everything()
    {
        var rendered = _context.Render<Probe>();
        Publish("a");
        (await rendered.Instance.NextAsync()).Answer.SetException(new InvalidOperationException("the store is away"));
        await rendered.WaitForAssertionAsync(() => Assert.Equal("the store is away", rendered.Markup));

        // The wait for the next attempt begins after the render, so the clock is moved until it is over.
        var next = rendered.Instance.NextAsync();
        while (!next.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        var retry = await next;
        Assert.True(retry.Changes.Everything);
        retry.Answer.SetResult(false);
        await rendered.WaitForAssertionAsync(() => Assert.Equal("well", rendered.Markup));
    }

    [Fact]
    public async Task A_hidden_page_asks_nothing_and_is_brought_up_to_date_at_once_when_it_is_shown()
    {
        var probe = _context.Render<Probe>().Instance;
        var pace = _context.Services.GetRequiredService<PagePace>();
        pace.SetHidden(true);
        Publish("a");
        Publish("b");
        Assert.False(probe.HasNext);

        pace.SetHidden(false);
        var asked = new HashSet<string>();
        while (!asked.IsSupersetOf(["a", "b"]))
        {
            var call = await probe.NextAsync();
            asked.UnionWith(call.Changes.TraceIds);
            call.Answer.SetResult(false);
        }
    }

    [Fact]
    public async Task After_it_is_gone_nothing_is_asked_any_more()
    {
        var probe = _context.Render<Probe>().Instance;
        Publish("a");
        var call = await probe.NextAsync();
        await _context.DisposeComponentsAsync();
        Assert.True(call.CancellationToken.IsCancellationRequested);
        call.Answer.SetCanceled(TestContext.Current.CancellationToken);

        Publish("b");
        Assert.False(probe.HasNext);
    }

    [Fact]
    public async Task Left_while_it_loads_it_is_told_so_when_it_goes_on()
    {
        var probe = _context.Render<Probe>().Instance;
        await _context.DisposeComponentsAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(probe.AskAsync);
    }

    private void Publish(string traceId)
    {
        _feed.Publish([new TraceChanged(1, traceId)]);
        _time.Advance(TimeSpan.FromMilliseconds(250));
    }

    private sealed record Call(ChangeSet Changes, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Probe : LiveComponent
    {
        private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

        public bool HasNext => _calls.Reader.TryPeek(out _);

        public Task<Call> NextAsync() => _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        public Task AskAsync() => Task.Delay(Timeout.Infinite, Gone);

        protected override void OnInitialized() => Follow(1);

        protected override Task<bool> OnChangesAsync(ChangeSet changes, CancellationToken cancellationToken)
        {
            var call = new Call(changes, cancellationToken);
            _calls.Writer.TryWrite(call);
            return call.Answer.Task;
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, LiveError?.Message ?? "well");
    }
}
