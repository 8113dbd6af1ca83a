using System.Net;
using System.Net.Sockets;

namespace TechCorp.Patterns.Contracts;

/// <summary>A TCP relay in front of a server: real sockets that a test can cut, stall and refuse.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = []; // guarded by _gate
    private Socket _listener; // guarded by _gate
    private TaskCompletionSource _toServer = Open(); // guarded by _gate; completed while bytes flow
    private TaskCompletionSource _toClient = Open(); // guarded by _gate; completed while bytes flow
    private int _accepted;

    /// <summary>Relays to a server, from a free port of this machine.</summary>
    public TcpProxy(string host, int port)
    {
        _host = host;
        _port = port;
        _listener = Listen(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync(_listener);
    }

    /// <summary>The port that clients connect to; the same for the proxy's whole life.</summary>
    public int Port { get; }

    /// <summary>How many connections it has accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Breaks every connection with a reset, without a goodbye. New ones are accepted.</summary>
    public void Cut()
    {
        Socket[] sockets;
        lock (_gate)
        {
            sockets = [.. _sockets];
            _sockets.Clear();
        }

        foreach (var socket in sockets)
        {
            Reset(socket);
        }
    }

    /// <summary>Bytes stop flowing; connections stay open, as with a dead network.</summary>
    public void Stall(bool toServer = true, bool toClient = true)
    {
        lock (_gate)
        {
            if (toServer && _toServer.Task.IsCompleted)
            {
                _toServer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (toClient && _toClient.Task.IsCompleted)
            {
                _toClient = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Bytes flow again.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _toServer.TrySetResult();
            _toClient.TrySetResult();
        }
    }

    /// <summary>Cuts everything and accepts nothing, as when the server is not there.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _listener.Dispose();
        }

        Cut();
    }

    /// <summary>Accepts again, on the same port.</summary>
    public void Reopen()
    {
        lock (_gate)
        {
            _listener = Listen(Port);
            _ = AcceptAsync(_listener);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        Resume();
        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        return listener;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, 0);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                Interlocked.Increment(ref _accepted);
                _ = RelayAsync(client);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // Closed by the test.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (_gate)
        {
            _sockets.Add(client);
            _sockets.Add(server);
        }

        try
        {
            await server.ConnectAsync(_host, _port);
            await Task.WhenAny(PumpAsync(client, server, toServer: true), PumpAsync(server, client, toServer: false));
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The server is not there: the client is reset below.
        }

        lock (_gate)
        {
            _sockets.Remove(client);
            _sockets.Remove(server);
        }

        Reset(client);
        Reset(server);
    }

    private async Task PumpAsync(Socket from, Socket to, bool toServer)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                await Flow(toServer);
                var count = await from.ReceiveAsync(buffer.AsMemory());
                await Flow(toServer);
                if (count == 0)
                {
                    return;
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // Cut, or one side closed.
        }
    }

    private Task Flow(bool toServer)
    {
        lock (_gate)
        {
            return (toServer ? _toServer : _toClient).Task;
        }
    }
}
