using System.Net;
using System.Net.Sockets;

namespace TechCorp.Samples;

/// <summary>Looks whether an address can be listened on, before anything is written. Who takes it in between is found out by the server itself.</summary>
internal static class PortProbe
{
    /// <exception cref="BadInputException">The port is taken, or the address is not of this machine.</exception>
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
            throw new BadInputException($"{url} cannot be listened on: {exception.Message}. Free the port, or choose another with --url.");
        }
    }
}
