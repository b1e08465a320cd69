using Microsoft.AspNetCore.Components;
using MudBlazor;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Components.Pages.Models;

/// <summary>Gives a model a price, or says what a price of the project is from now on or was in a time.</summary>
public sealed partial class PriceDialog(ModelPriceManager manager, ModelUsageQueries queries, TimeProvider time, ILogger<PriceDialog> logger) : IDisposable
{
    private readonly Departure _gone = new();
    private readonly List<PriceForm> _forms = [new PriceForm()];
    private Dictionary<string, string> _errors = [];
    private string _model = "";
    private string? _provider;
    private string _perRequest = "";
    private ModelMatch _match;
    private Since _since;
    private DateOnly? _from;
    private DateOnly? _to;
    private bool _tiers;
    private bool _buckets;
    private bool _busy;
    private string? _error;
    private PriceEffect? _effect;
    private int _looks;

    private enum Since
    {
        Ever,
        Now,
        Day,
    }

    [Parameter, EditorRequired]
    public required int ProjectId { get; set; }

    [Parameter, EditorRequired]
    public required TimeZoneInfo Zone { get; set; }

    /// <summary>The price that is changed; null for a new one.</summary>
    [Parameter]
    public OwnModelPrice? Price { get; set; }

    /// <summary>Of a new one, to begin with.</summary>
    [Parameter]
    public string? Model { get; set; }

    [Parameter]
    public string? Provider { get; set; }

    /// <summary>What the model costs now, to begin with.</summary>
    [Parameter]
    public IReadOnlyList<BucketPrice> Current { get; set; } = [];

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        (_model, _provider) = (Model ?? "", Provider);
        var table = Price?.At(time.GetUtcNow())?.Prices ?? Price?.Versions.Select(v => v.Prices).FirstOrDefault(p => p is not null) ?? ToTable(Current);
        _forms[0] = PriceForm.Of(table);
        _forms.AddRange((table.LongContext ?? []).Select(b => PriceForm.Of(b, b.Over)));
        _perRequest = table.PerRequest?.ToString("0.############", System.Globalization.CultureInfo.InvariantCulture) ?? "";
        _tiers = _forms.Exists(f => f.HasTiers);
        _buckets = _perRequest.Length > 0 || _forms.Exists(f => PriceForm.Buckets.Skip(3).Any(b => f["", b.Field].Length > 0));
        _since = Price is null ? Since.Ever : Since.Now;
        await LookAsync();
    }

    private static PriceTable ToTable(IReadOnlyList<BucketPrice> prices)
    {
        return new PriceTable
        {
            Input = Of(TokenBucket.Input),
            CacheRead = Of(TokenBucket.CacheRead),
            CacheWrite5m = Of(TokenBucket.CacheWrite5m),
            CacheWrite1h = Of(TokenBucket.CacheWrite1h),
            Output = Of(TokenBucket.Output),
            Reasoning = Of(TokenBucket.Reasoning),
            AudioInput = Of(TokenBucket.InputAudio),
            AudioOutput = Of(TokenBucket.OutputAudio),
            ImageInput = Of(TokenBucket.InputImage),
            ImageOutput = Of(TokenBucket.OutputImage),
            PerRequest = Of(TokenBucket.Request),
        };

        decimal? Of(TokenBucket bucket) => prices.FirstOrDefault(p => p.Bucket == bucket)?.Usd;
    }

    /// <summary>Which calls it would be for.</summary>
    private async Task LookAsync()
    {
        var look = ++_looks;
        var (match, pattern, provider) = Price is { } price ? (price.Match, price.Model, price.Provider) : (_match, _model, _provider);
        try
        {
            var effect = await queries.EffectAsync(ProjectId, match, pattern, provider, Valid(), _gone.Token);
            if (look == _looks)
                _effect = effect;
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _effect = null; // it is a help, not needed to save
        }
    }

    private async Task SaveAsync()
    {
        if (_busy)
            return;
        (_error, _errors) = (null, []);
        var unreadable = new List<string>();
        var table = PriceForm.ToTable(_forms, _perRequest, unreadable);
        foreach (var path in unreadable)
            _errors[path] = "is not a number";
        if (unreadable.Count > 0)
        {
            ShowFieldsWithErrors();
            return;
        }

        _busy = true;
        try
        {
            var result = Price is { } price
                ? await manager.ChangeAsync(ProjectId, price.Id, Valid(), table, _gone.Token)
                : await manager.AddAsync(ProjectId, new ModelPriceDraft(_model, _match, _provider, Valid(), table), _gone.Token);
            if (result?.Price is { } saved)
            {
                Dialog.Close(DialogResult.Ok(saved));
                return;
            }

            _errors = result?.Errors.ToDictionary(e => e.Key, e => string.Join("; ", e.Value)) ?? [];
            ShowFieldsWithErrors();
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _error = "The price could not be saved, because the store does not answer. Try again.";
        }
        finally
        {
            _busy = false;
        }
    }

    private void ShowFieldsWithErrors()
    {
        _tiers |= _errors.Keys.Any(k => PriceForm.Tiers.Skip(1).Any(t => k.Contains($".{t.Field}.", StringComparison.Ordinal)));
        _buckets |= _errors.Keys.Any(k => k == "prices.perRequest" || PriceForm.Buckets.Skip(3).Any(b => k.EndsWith($".{b.Field}", StringComparison.Ordinal)));
        if (_errors.GetValueOrDefault("prices.longContext") is { } tooMany)
            _error = "Long requests: " + tooMany;
        if (Price is not null && _errors.GetValueOrDefault("model") is { } model)
            _error = model;
    }

    private Period Valid() => new(_since switch { Since.Now => time.GetUtcNow(), Since.Day => Midnight(_from), _ => null }, Midnight(_to));

    // A day begins at midnight on the reader's clock.
    private DateTimeOffset? Midnight(DateOnly? day)
    {
        if (day is not { } date)
            return null;
        var midnight = date.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, Zone.GetUtcOffset(midnight));
    }

    private string? ErrorOf(string field) => _errors.GetValueOrDefault(field);

    private string? Invalid(string field) => _errors.ContainsKey(field) ? "true" : null;

    private string EffectInWords()
    {
        if (_effect is not { } effect)
            return _model.Length == 0 && Price is null ? "Say which model it is for." : "";
        if (_since == Since.Now)
            return "Calls that are stored already keep their cost.";
        if (effect.Calls == 0)
            return "No stored call is of such a model yet: calls to come will have this price.";
        var unpriced = effect.Unpriced == 0 ? "" : effect.Unpriced == effect.Calls ? ", all without a price so far" : $", {Format.Count(effect.Unpriced)} of them without a price so far";
        var models = effect.Models.Count == 1 ? "" : $" of {Format.Count(effect.Models.Count)} models ({string.Join(", ", effect.Models.Take(3).Select(Bidi.Isolate))}{(effect.Models.Count > 3 ? ", …" : "")})";
        return $"About {Format.Count(effect.Calls)} {(effect.Calls == 1 ? "stored call" : "stored calls")}{models}{unpriced}. They are priced again in the background; costs that clients reported stay.";
    }

    [LoggerMessage(1, LogLevel.Error, "A price could not be saved or looked for.", EventName = "PriceFailed")]
    private partial void LogFailed(Exception exception);
}
