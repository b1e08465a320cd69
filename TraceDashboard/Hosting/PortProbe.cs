using System.Net;
using System.Net.Sockets;

namespace TraceDashboard.Hosting;

/// <summary>Tells before the start whether an address can be listened on: one that cannot fails the start of all listeners.</summary>
internal static class PortProbe
{
    /// <summary>What is wrong with it, in words that go on after the address; null when nothing is.</summary>
    public static string? Fault(BindingAddress address) =>
        address.IsUnixPipe ? null : Addresses(address).Select(ip => Fault(ip, address.Port)).FirstOrDefault(f => f is not null);

    /// <summary>The addresses that Kestrel binds for a host; a host name stands for all interfaces, as in Kestrel.</summary>
    public static IReadOnlyList<IPAddress> Addresses(BindingAddress address)
    {
        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            return [ip];
        return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
    }

    private static string? Fault(IPAddress ip, int port)
    {
        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (ip.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(ip, port));
            socket.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "is in use",
                SocketError.AccessDenied => "needs rights that the user of this process does not have",

                // A machine may have no IPv6 in use; "localhost" is then the other one.
                SocketError.AddressNotAvailable when IPAddress.IsLoopback(ip) => null,
                SocketError.AddressNotAvailable => "is no address of this machine",
                _ => $"cannot be listened on ({e.Message})",
            };
        }
    }
}
