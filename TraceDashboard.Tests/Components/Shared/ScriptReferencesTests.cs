using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using TraceDashboard.Components.Shared;
using TraceDashboard.Components.Waterfall;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Components.Shared;

public class ScriptReferencesTests
{
    [Fact]
    public async Task What_a_script_does_ends_before_the_references_are_given_back()
    {
        List<string> calls = [];

        await ScriptReferences.ReleaseAsync(new Reference("handle", calls), new Reference("module", calls));
        await ScriptReferences.ReleaseAsync(null);

        Assert.Equal(["handle.dispose()", "handle", "module"], calls);
    }

    [Theory]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(JSDisconnectedException))]
    public async Task A_browser_that_does_not_answer_is_no_error_and_gets_every_call(Type type)
    {
        List<string> calls = [];
        var failure = (Exception)Activator.CreateInstance(type, "no answer")!;

        await ScriptReferences.ReleaseAsync(new Reference("handle", calls, failure), new Reference("module", calls, failure));

        Assert.Equal(["handle.dispose()", "handle", "module"], calls);
    }

    [Fact]
    public async Task A_fault_of_a_script_is_told()
    {
        var fault = new JSException("dispose is not a function");

        Assert.Same(fault, await Assert.ThrowsAsync<JSException>(async () => await ScriptReferences.ReleaseAsync(new Reference("handle", [], fault))));
    }

    [Fact]
    public async Task A_component_goes_when_a_slow_browser_does_not_answer_in_time()
    {
        await using var context = new BunitContext();
        context.Services.AddSingleton(TimeProvider.System);
        var view = context.JSInterop.SetupModule("./Components/Waterfall/WaterfallView.razor.js").SetupModule("create", _ => true);
        view.Mode = JSRuntimeMode.Loose;
        view.SetupVoid("dispose").SetCanceled();
        var rows = new VisibleRows(TraceTree.Build([TraceTreeTests.Span("root", null, 0, 1_000_000)]));
        context.Render<WaterfallView>(p => p.Add(c => c.Rows, rows).Add(c => c.End, 1_000_000).Add(c => c.LinkOf, id => id));

        await context.DisposeComponentsAsync();

        Assert.Single(view.Invocations["dispose"]);
        Assert.False(context.Renderer.UnhandledException.IsCompleted);
    }

    [Fact]
    public void Every_module_that_makes_something_can_undo_it()
    {
        var modules = Directory.GetFiles(Path.Combine(SourceTree.Root, "TraceDashboard", "Components"), "*.razor.js", SearchOption.AllDirectories)
            .Where(f => File.ReadAllText(f).Contains("\n  return {\n", StringComparison.Ordinal)).ToList();

        Assert.True(modules.Count >= 5, $"only {modules.Count} modules make something");
        Assert.All(modules, m => Assert.Contains("\n    dispose() {\n", File.ReadAllText(m), StringComparison.Ordinal));
    }

    private sealed class Reference(string name, List<string> calls, Exception? failure = null) : IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            calls.Add($"{name}.{identifier}()");
            return failure is null ? default : ValueTask.FromException<TValue>(failure);
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync()
        {
            calls.Add(name);
            return failure is null ? default : ValueTask.FromException(failure);
        }
    }
}
