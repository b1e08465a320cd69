using System.Net;
using System.Net.Sockets;

namespace TraceDashboard.Hosting;

/// <summary>Tells before the start whether an address is taken: one busy port fails the start of all listeners.</summary>
internal static class PortProbe
{
    public static bool IsBusy(BindingAddress address) =>
        !address.IsUnixPipe && address.Port != 0 && Addresses(address).Any(ip => IsBusy(ip, address.Port));

    /// <summary>The addresses that Kestrel binds for a host; a host name stands for all interfaces, as in Kestrel.</summary>
    public static IReadOnlyList<IPAddress> Addresses(BindingAddress address)
    {
        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            return [ip];
        return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
    }

    private static bool IsBusy(IPAddress ip, int port)
    {
        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (ip.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(ip, port));
            socket.Listen();
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
        catch (SocketException)
        {
            // No such address, no right to the port: the server's own error says it better.
            return false;
        }
    }
}
