using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;
using TraceDashboard.Components.Shared;

namespace TraceDashboard.Components.Layout;

/// <summary>
/// The frame of every page: navigation, top bar, keys. Pages get the time range of the URL and the reader's time zone
/// from it as cascading values.
/// </summary>
public sealed partial class MainLayout(NavigationManager navigation, IJSRuntime js, IDialogService dialogs, IHostEnvironment host, PagePace pace) : IAsyncDisposable
{
    private readonly Departure _disposal = new();
    private ErrorBoundary? _boundary;
    private TimeRange _range = TimeRange.Default;
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;
    private string _here = "";
    private bool _navOpen;
    private IJSObjectReference? _module;
    private IJSObjectReference? _keyboard;
    private DotNetObjectReference<MainLayout>? _self;
    private IDialogReference? _help;

    /// <summary>The keys that the page of the moment adds; set by its <see cref="PageHeader"/>.</summary>
    internal IReadOnlyList<KeyHelp> PageKeys { get; set; } = [];

    protected override void OnParametersSet()
    {
        // Runs for every navigation, before the page is given its parameters: both see the same URL.
        var here = navigation.ToBaseRelativePath(navigation.Uri).Split('#')[0];
        if (here != _here)
        {
            _navOpen = false;
            _boundary?.Recover();
        }

        _here = here;
        var range = TimeRange.FromUri(navigation.Uri);
        if (range != _range)
            _range = range;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        try
        {
            _self = DotNetObjectReference.Create(this);
            _module = await js.InvokeAsync<IJSObjectReference>("import", _disposal.Token, "./Components/Layout/MainLayout.razor.js");
            _keyboard = await _module.InvokeAsync<IJSObjectReference>("start", _disposal.Token, _self);
            var zone = await _module.InvokeAsync<string>("timeZone", _disposal.Token);
            if (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
            {
                _zone = found;
                StateHasChanged();
            }
        }
        catch (Exception e) when (ScriptReferences.IsGone(e))
        {
            // The reader left while the page started.
        }
    }

    [JSInvokable]
    public async Task ShowHelpAsync()
    {
        if (_help is not null)
            return;
        _help = await dialogs.ShowAsync<HelpDialog>("Keys", new DialogParameters<HelpDialog> { { d => d.PageKeys, PageKeys } }, new DialogOptions { CloseButton = true });
        await _help.Result;
        _help = null;
    }

    /// <summary>The browser hides the page, or shows it again.</summary>
    [JSInvokable]
    public void SetHidden(bool hidden) => pace.SetHidden(hidden);

    /// <summary>Escape was pressed, wherever the focus is: a dialog hears it only once it has taken the focus.</summary>
    [JSInvokable]
    public void CloseWhatIsOpen()
    {
        _help?.Close();
        if (!_navOpen)
            return;
        _navOpen = false;
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        await _disposal.CancelAsync();
        await ScriptReferences.ReleaseAsync(_keyboard, _module);
        _self?.Dispose();
        _disposal.Dispose();
    }

    // The range goes along from page to page.
    private string Link(string path) =>
        navigation.GetUriWithQueryParameters(navigation.ToAbsoluteUri(path).AbsoluteUri, _range.ToQuery());

    private bool IsHere(NavigationItem item)
    {
        var path = _here.Split('?')[0];
        return path == item.Path || path.StartsWith(item.Path + "/", StringComparison.Ordinal);
    }
}
