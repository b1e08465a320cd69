using Microsoft.AspNetCore.Components;
using MudBlazor;
using TraceDashboard.Components.Layout;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Prices;

namespace TraceDashboard.Components.Pages.Models;

/// <summary>Which models the project calls and at what price; its own prices are set, changed and ended here.</summary>
public sealed partial class ModelsPage(
    ModelPriceManager manager, ModelUsageQueries queries, SharedQueries shared, CurrentProject current, PagePace pace, IDialogService dialogs, TimeProvider time, ILogger<ModelsPage> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowPace = TimeSpan.FromSeconds(5);

    private static readonly IReadOnlyList<KeyHelp> PageKeys = [new(["j", "k"], "Next and previous model"), new("Enter", "Traces that called it")];

    private readonly Departure _gone = new();
    private int _projectId;
    private TimeRange? _shown;
    private IReadOnlyList<ModelUsage>? _models;
    private IReadOnlyList<OwnModelPrice>? _prices;
    private IReadOnlyList<Repricing> _repricings = [];
    private CatalogueUse? _catalogue;
    private DateTimeOffset _now;
    private Exception? _error;
    private string? _actionError;
    private bool _isCut;
    private bool _isOld;
    private bool _loading;

    [CascadingParameter]
    private TimeRange Range { get; set; } = TimeRange.Default;

    [CascadingParameter]
    private TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    private string RangeWords => Range.Label(Zone) is var label && label.StartsWith("Last ", StringComparison.Ordinal) ? "in the l" + label[1..] : label.ToLowerInvariant();

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _gone.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        _now = time.GetUtcNow();
        if (!RendererInfo.IsInteractive || _shown == Range)
            return;
        _shown = Range;
        _loading = _models is not null;
        await LoadAsync();
        _loading = false;
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _ = FollowAsync();
    }

    private async Task LoadAsync()
    {
        try
        {
            await ReadAsync(time.GetUtcNow().Ticks);
            _error = null;
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The reader has left.
        }
        catch (Exception e)
        {
            LogFailed(e);
            _error = e;
        }
    }

    /// <param name="moment">See <see cref="PagePace"/>. Of what is read after a change of one's own, the moment after it.</param>
    private async Task ReadAsync(long moment)
    {
        var range = Range;
        var projectId = _projectId = (await current.GetAsync(_gone.Token)).Id;
        var now = new DateTimeOffset(moment, TimeSpan.Zero);
        var (from, to) = range.Resolve(now);
        var models = await shared.GetAsync(
            ("models", projectId, from, to), moment,
            () => queries.ListAsync(projectId, from ?? DateTimeOffset.UnixEpoch, to ?? now, CancellationToken.None), _gone.Token);
        var prices = await shared.GetAsync(("prices", projectId), moment, () => manager.ListAsync(projectId, CancellationToken.None), _gone.Token);
        var repricings = await shared.GetAsync(("repricings", projectId), moment, () => manager.RepricingsAsync(projectId, CancellationToken.None), _gone.Token);
        var catalogue = await shared.GetAsync(("catalogue", projectId), moment, () => manager.CatalogueAsync(projectId, CancellationToken.None), _gone.Token);
        if (range != Range)
            return;
        (_models, _isCut) = (Sort(models.Take(ModelUsageQueries.MaxModels)), models.Count > ModelUsageQueries.MaxModels);
        (_prices, _repricings, _catalogue, _now, _isOld) = (prices, repricings, catalogue, now, false);
    }

    // Calls come in, and costs follow a correction, without anybody doing something here.
    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                var isQuick = _repricings.Any(r => r.State is not RepricingState.Done || _now - r.FinishedAt < SlowPace);
                var moment = await pace.NextAsync(isQuick ? Pace : SlowPace, _gone.Token);
                if (_models is null)
                    continue;
                try
                {
                    await ReadAsync(moment);
                }
                catch (Exception e) when (!_gone.IsCancellationRequested)
                {
                    LogFailed(e);
                    _isOld = true;
                }

                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    /// <summary>An own price that a model has is changed; another model gets one of its own.</summary>
    private Task SetAsync(ModelUsage? model) =>
        _prices?.FirstOrDefault(p => p.Id == model?.Price.OwnPriceId) is { } own
            ? ChangeAsync(own)
            : ShowAsync("Set a price", new() { { d => d.Model, model?.Model }, { d => d.Provider, model?.Provider }, { d => d.Current, model?.Price.Prices ?? [] } });

    private Task ChangeAsync(OwnModelPrice price) => ShowAsync("Change a price", new() { { d => d.Price, price } });

    private async Task ShowAsync(string title, DialogParameters<PriceDialog> parameters)
    {
        parameters.Add(d => d.ProjectId, (await current.GetAsync(_gone.Token)).Id);
        parameters.Add(d => d.Zone, Zone);
        var dialog = await dialogs.ShowAsync<PriceDialog>(title, parameters, new DialogOptions { FullWidth = true, BackdropClick = false });
        if (await dialog.Result is { Canceled: false })
            await LoadAsync();
    }

    private async Task RepriceAsync()
    {
        try
        {
            await manager.RepriceAsync(_projectId, _gone.Token);
            _actionError = null;
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _actionError = "Stored calls could not be priced again, and cost what they did. Try again.";
            return;
        }

        await LoadAsync();
    }

    private async Task EndAsync(OwnModelPrice price)
    {
        var dialog = await dialogs.ShowAsync<EndPriceDialog>("End this price?", new DialogParameters<EndPriceDialog> { { d => d.Price, price } });
        if (await dialog.Result is not { Canceled: false, Data: bool always })
            return;
        try
        {
            await manager.EndAsync(_projectId, price.Id, always ? DateTimeOffset.UnixEpoch : time.GetUtcNow(), _gone.Token);
            _actionError = null;
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _actionError = $"The price of “{Bidi.Isolate(price.Model)}” could not be ended, and still counts. Try again.";
            return;
        }

        await LoadAsync();
    }

    private string TracesLink(ModelUsage model)
    {
        var query = Range.ToQuery().Where(q => q.Value is not null).Select(q => $"&{q.Key}={Uri.EscapeDataString((string)q.Value!)}");
        return $"traces?model={Uri.EscapeDataString(model.Model)}{string.Concat(query)}";
    }

    // What can be mended stands first.
    private static IReadOnlyList<ModelUsage> Sort(IEnumerable<ModelUsage> models) =>
        [.. models.OrderBy(m => m.Price.Key is not null).ThenByDescending(m => (double)m.Unpriced / m.Calls).ThenByDescending(m => m.Calls)];

    private static string UnpricedTitle(ModelUsage model) =>
        $"{Format.Count(model.Unpriced)} of {Format.Count(model.Calls)} calls" + (model.Price.Key is null ? "" : ": they report no tokens, or some that the price is not known of");

    private static string ActionOf(ModelUsage model) => model.Price.OwnPriceId is not null ? "Change" : model.Price.Key is null ? "Set price" : "Correct";

    private static string Summary(IReadOnlyList<ModelUsage> models)
    {
        var (unpriced, calls) = (models.Sum(m => m.Unpriced), models.Sum(m => m.Calls));
        return unpriced == 0
            ? $"the cost of all {Format.Count(calls)} calls is known"
            : $"of {Format.Count(calls)} calls the cost of {Format.Count(unpriced)} is unknown, {Format.Percent((double)unpriced / calls)}";
    }

    [LoggerMessage(1, LogLevel.Error, "The models and prices could not be read or changed.", EventName = "ModelsFailed")]
    private partial void LogFailed(Exception exception);
}
