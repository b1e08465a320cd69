using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>What lies between a browser and an app, and can be cut.</summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _gone = new();
    private readonly ConcurrentDictionary<TcpClient, TcpClient> _connections = new();
    private readonly Uri _app;
    private readonly Task _accepting;
    private volatile bool _isCut;

    public Network(Uri app)
    {
        _app = app;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    /// <summary>Where the app is reached.</summary>
    public Uri Address { get; }

    /// <summary>Ends what is connected, and lets nobody through until it is mended.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var (near, far) in _connections)
            Close(near, far);
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _gone.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _gone.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_gone.Token));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        var far = new TcpClient();
        _connections[near] = far;
        try
        {
            if (_isCut)
                return;
            await far.ConnectAsync(_app.Host, _app.Port, _gone.Token);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // One of the two has gone, or the network was cut.
        }
        finally
        {
            Close(near, far);
        }
    }

    private void Close(TcpClient near, TcpClient far)
    {
        near.Dispose();
        far.Dispose();
        _connections.TryRemove(near, out _);
    }
}
