using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>
/// One kept-open HTTP/1.1 connection with one request at a time. HttpClient costs more than the server does for such small
/// calls, and the client runs on the same cores. Not thread-safe.
/// </summary>
internal sealed class PlainHttpConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[16 << 10];
    private readonly string _host;

    private PlainHttpConnection(Uri address) => _host = address.Authority;

    public static async Task<PlainHttpConnection> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = new PlainHttpConnection(address);
        await connection._socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        return connection;
    }

    /// <summary>Sends JSON and returns the status of the answer.</summary>
    public async Task<int> SendAsync(string method, string path, string json, CancellationToken cancellationToken)
    {
        var request = string.Create(CultureInfo.InvariantCulture,
            $"{method} {path} HTTP/1.1\r\nHost: {_host}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");
        await _socket.SendAsync(Encoding.UTF8.GetBytes(request), cancellationToken);
        var received = 0;
        while (true)
        {
            var count = await _socket.ReceiveAsync(_answer.AsMemory(received), cancellationToken);
            if (count == 0)
                throw new IOException("The server closed the connection.");
            received += count;
            if (IsComplete(_answer.AsSpan(0, received)))
                return int.Parse(_answer.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var headers = answer.IndexOf("\r\n\r\n"u8);
        if (headers < 0)
            return false;
        var body = answer[(headers + 4)..];
        var length = answer[..headers].IndexOf("Content-Length: "u8);
        if (length < 0)
            return answer[..headers].IndexOf("chunked"u8) < 0 || body.EndsWith("0\r\n\r\n"u8);
        var digits = answer[(length + "Content-Length: ".Length)..headers];
        var end = digits.IndexOf((byte)'\r');
        return body.Length >= int.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }
}
