using System.Net;
using System.Net.Sockets;

namespace TechCorp.Samples;

/// <summary>Checks that the service can listen on an address, before anything is written. If another process takes the port after the
/// check, the server reports it.</summary>
internal static class PortProbe
{
    /// <exception cref="BadInputException">The port is in use, or the address does not belong to this machine.</exception>
    internal static void Check(string url)
    {
        var uri = new Uri(url);
        if (!IPAddress.TryParse(uri.DnsSafeHost, out var address))
        {
            address = uri.IsLoopback ? IPAddress.Loopback : IPAddress.Any;
        }

        try
        {
            using var probe = new TcpListener(address, uri.Port);
            probe.Start();
        }
        catch (SocketException exception)
        {
            throw new BadInputException($"Cannot listen on {url}: {exception.Message}. Free the port, or choose another with --url.");
        }
    }
}
