using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Waterfall;

/// <summary>Find in a trace. What is found is held by the waterfall, which marks it.</summary>
public sealed partial class FindBox(TimeProvider time) : IDisposable
{
    public static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(200);

    private string _text = "";
    private string _sought = "";
    private TraceTree? _soughtIn;
    private ITimer? _typing;

    [Parameter, EditorRequired]
    public required TraceTree Tree { get; set; }

    /// <summary>The ids of the spans that have a text in what the store knows of them.</summary>
    [Parameter, EditorRequired]
    public required Func<string, Task<IReadOnlySet<string>>> Find { get; set; }

    /// <summary>The ids of the found spans.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlySet<string> Found { get; set; }

    [Parameter]
    public EventCallback<IReadOnlySet<string>> FoundChanged { get; set; }

    /// <summary>The row from which the next is looked for.</summary>
    [Parameter]
    public int Active { get; set; }

    [Parameter]
    public EventCallback<int> OnOpen { get; set; }

    /// <summary>Which of the found spans the reader is at, from 1.</summary>
    private int? At => Rows().ToList().IndexOf(Active) is >= 0 and var index ? index + 1 : null;

    public void Dispose() => _typing?.Dispose();

    private IEnumerable<int> Rows() => Enumerable.Range(0, Tree.Count).Where(row => Found.Contains(Tree.SpanId[row]));

    private void OnTyped()
    {
        _typing?.Dispose();
        _typing = time.CreateTimer(_ => _ = InvokeAsync(SeekAsync), null, TypingPause, Timeout.InfiniteTimeSpan);
    }

    private async Task SeekAsync()
    {
        var text = _text.Trim();
        var tree = Tree;
        if (text == _sought && ReferenceEquals(tree, _soughtIn))
            return;
        (_sought, _soughtIn) = (text, tree);
        var found = text.Length == 0 ? Nothing : new HashSet<string>(await Find(text), StringComparer.Ordinal)
            .Union(Enumerable.Range(0, tree.Count).Where(row => Kinds.Label(tree.Kind[row]).Contains(text, StringComparison.OrdinalIgnoreCase)).Select(row => tree.SpanId[row]))
            .ToHashSet(StringComparer.Ordinal);

        // More may have been typed while the store was asked.
        if (text == _sought)
            await FoundChanged.InvokeAsync(found);
    }

    private Task OnKeyAsync(KeyboardEventArgs key) => key.Key == "Enter" ? GoAsync(key.ShiftKey ? -1 : 1) : Task.CompletedTask;

    private async Task GoAsync(int step)
    {
        _typing?.Dispose();
        await SeekAsync();
        var rows = Rows().ToList();
        if (rows.Count == 0)
            return;
        var next = step > 0 ? rows.FindIndex(row => row > Active) : rows.FindLastIndex(row => row < Active);
        await OnOpen.InvokeAsync(next >= 0 ? rows[next] : step > 0 ? rows[0] : rows[^1]);
    }
}
