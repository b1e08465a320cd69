using Microsoft.AspNetCore.Components;
using MudBlazor;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>One file of a message, wherever it is: in the message, at the address of another host, or uploaded here.</summary>
public sealed partial class MediaView(MediaStore store, MediaAddresses addresses, CurrentProject current, NavigationManager navigation, IDialogService dialogs, ILogger<MediaView> logger) : IDisposable
{
    // No SVG: it is a document, and nothing here is worth finding out what one can do.
    private static readonly HashSet<string> Images = ["image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/avif", "image/bmp"];
    private static readonly HashSet<string> Sounds = ["audio/mp3", "audio/mpeg", "audio/wav", "audio/x-wav", "audio/ogg", "audio/webm", "audio/flac", "audio/mp4", "audio/aac"];

    private static readonly HashSet<string> Films = ["video/mp4", "video/webm", "video/ogg"];

    private readonly Departure _gone = new();
    private string? _source;
    private string? _problem;
    private long? _size;

    [Parameter, EditorRequired]
    public required MediaPart Media { get; set; }

    private Uri? Remote => Uri.TryCreate(Media.Uri, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? uri : null;

    private string? Where => Media.Uri ?? Media.File;

    private long? Size => Media.Data is { } data ? data.Length * 3L / 4 : _size;

    private string? InMessage => Media.Modality switch
    {
        "image" => Source(Images, "image/png"),
        "audio" => Source(Sounds, "audio/mpeg"),
        "video" => Source(Films, "video/mp4"),
        _ => null,
    };

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private async Task ShowAsync()
    {
        if (Media.MediaId is not { } mediaId)
        {
            _source = InMessage;
            return;
        }

        try
        {
            var project = await current.GetAsync(_gone.Token);
            if (await store.FindAsync(project.Id, mediaId, _gone.Token) is { UploadedAt: not null } file)
            {
                _size = file.Length;
                _source = navigation.ToAbsoluteUri(addresses.Download(project.Id, mediaId).Path.TrimStart('/')).AbsoluteUri;
            }
            else
            {
                _problem = "It was not uploaded.";
            }
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            LogFailed(e);
            _problem = "It cannot be read at the moment.";
        }
    }

    private Task<IDialogReference> AskAsync(Uri address) =>
        dialogs.ShowAsync<OpenRemoteDialog>("Open it in a new tab?", new DialogParameters<OpenRemoteDialog> { { d => d.Address, address } });

    private string? Source(HashSet<string> known, string usual)
    {
        if (Media.Data is not { Length: > 0 } data)
            return null;
        // The AI SDK may know no more than that it is an image: image/*.
        var mime = Media.MimeType is { } named && named.Contains('/', StringComparison.Ordinal) && !named.EndsWith("/*", StringComparison.Ordinal) ? named : usual;
        return known.Contains(mime) ? $"data:{mime};base64,{data}" : null;
    }

    [LoggerMessage(1, LogLevel.Error, "A file of a message could not be read.", EventName = "MediaFailed")]
    private partial void LogFailed(Exception exception);
}
