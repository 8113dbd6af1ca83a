using System.Net;
using System.Net.Sockets;

namespace TechCorp.Patterns.Contracts;

/// <summary>A TCP relay in front of a server: real sockets that a test can cut, leave half open, stall, throttle and refuse.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly Lock _gate = new();
    private readonly List<Line> _lines = []; // guarded by _gate
    private Socket _listener; // guarded by _gate
    private TaskCompletionSource _toServer = Open(); // guarded by _gate; completed while bytes flow
    private TaskCompletionSource _toClient = Open(); // guarded by _gate; completed while bytes flow
    private int _accepted;
    private volatile int _bytesPerSecond; // 0: as fast as it goes

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

    /// <summary>Breaks every connection: with a reset, or with an orderly end of the stream in the middle of whatever
    /// was said. New ones are accepted.</summary>
    public void Cut(bool reset = true)
    {
        Line[] lines;
        lock (_gate)
        {
            lines = [.. _lines];
            _lines.Clear();
        }

        foreach (var line in lines)
        {
            line.End(reset);
        }
    }

    /// <summary>The connections of now carry not one byte more, and neither side is notified, as when a cable is pulled; new ones work.</summary>
    public void HalfOpen()
    {
        lock (_gate)
        {
            _lines.ForEach(line => line.Dead = true);
        }
    }

    /// <summary>Bytes flow slowly, in each direction of each connection; 0 lets them go as fast as they can.</summary>
    public void Throttle(int bytesPerSecond) => _bytesPerSecond = bytesPerSecond;

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

    /// <summary>Cuts everything and accepts nothing, as when the server cannot be reached.</summary>
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

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                client.NoDelay = true;
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
        var line = new Line(client);
        lock (_gate)
        {
            _lines.Add(line);
        }

        try
        {
            await line.Server.ConnectAsync(_host, _port);
            await Task.WhenAny(PumpAsync(line, client, line.Server, toServer: true), PumpAsync(line, line.Server, client, toServer: false));
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The server cannot be reached: the client is reset below.
        }

        lock (_gate)
        {
            _lines.Remove(line);
        }

        line.End(reset: true);
    }

    private async Task PumpAsync(Line line, Socket from, Socket to, bool toServer)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                await Flow(toServer);
                var rate = _bytesPerSecond;
                var count = await from.ReceiveAsync(rate == 0 ? buffer : buffer.AsMemory(0, Math.Clamp(rate / 50, 1, buffer.Length)));
                await Flow(toServer);
                if (line.Dead)
                {
                    await line.Ended;
                }

                if (count == 0)
                {
                    return;
                }

                if (rate > 0)
                {
                    await Task.Delay(TimeSpan.FromSeconds((double)count / rate), TimeProvider.System);
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

    /// <summary>One relayed connection.</summary>
    private sealed class Line(Socket client)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Socket Server { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        internal volatile bool Dead;

        internal Task Ended => _ended.Task;

        internal void End(bool reset)
        {
            End(client, reset);
            End(Server, reset);
            _ended.TrySetResult();
        }

        private static void End(Socket socket, bool reset)
        {
            try
            {
                if (reset)
                {
                    socket.LingerState = new LingerOption(enable: true, 0);
                }
                else
                {
                    socket.Shutdown(SocketShutdown.Both);
                }
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                // It is closed already.
            }

            socket.Dispose();
        }
    }
}
