using System.Net.Sockets;

namespace TechCorp.Messaging;

/// <summary>A socket's stream that sends together what is written in quick succession.</summary>
/// <remarks>
/// The client writes and flushes each frame by itself: a system call for each publish, and small reads for the broker. Here a write only copies into a
/// buffer. A writer that finds no sender running queues it; as long as each run of the sender finds more than the last it yields to the writers, then it
/// sends everything at once. Two buffers; a full one makes the writer wait, so a stuck socket holds the client back as it does without this.
/// A failed send fails every later write, and shuts the socket down so that the reader sees the loss too. One writer at a time, as for every stream.
/// </remarks>
internal sealed class GatheringStream(Socket socket, TimeSpan closeTimeout, TimeProvider timeProvider) : NetworkStream(socket, ownsSocket: false),
    IThreadPoolWorkItem
{
    internal const int Capacity = 64 * 1024; // bytes; a window of 256 small messages is about 90 KiB of frames

    private readonly Lock _gate = new();
    private byte[] _filling = new byte[Capacity]; // guarded by _gate
    private byte[] _sending = new byte[Capacity]; // the sender's
    private int _filled; // guarded by _gate
    private bool _hasSender; // guarded by _gate
    private Exception? _fault; // guarded by _gate
    private TaskCompletionSource? _changed; // guarded by _gate; a writer waits for room, or for the end
    private int _seen; // the sender's: how full the buffer was at its last run

    /// <summary>How many times something was handed to the socket.</summary>
    internal long Sends { get; private set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var taken = Take(buffer.Span, out var room);
        return taken == buffer.Length ? ValueTask.CompletedTask : WriteRestAsync(buffer[taken..], room, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer) => WriteAsync(buffer.ToArray()).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: what was written is on its way.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until everything is sent, no longer than the close timeout; then nothing more is. The client disposes it
    /// twice, as a reader and as a writer.</summary>
    public override async ValueTask DisposeAsync()
    {
        var sent = SentAsync();
        await sent.WaitAsync(closeTimeout, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!sent.IsCompleted)
        {
            Fail(new TimeoutException($"What was written could not be sent within {closeTimeout} of closing."));
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (StillGrows())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            _ = SendAsync();
        }
    }

    private async Task SendAsync()
    {
        try
        {
            await base.WriteAsync(Swap(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }

        if (HasMore())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> rest, Task room, CancellationToken cancellationToken)
    {
        while (!rest.IsEmpty)
        {
            try
            {
                await room.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException canceled)
            {
                Fail(canceled); // the first half of a frame is on its way, and nothing but the second may follow it
                throw;
            }

            rest = rest[Take(rest.Span, out room)..];
        }
    }

    /// <summary>Takes what there is room for.</summary>
    /// <param name="bytes">What is to be written.</param>
    /// <param name="room">Ends when more can be taken.</param>
    /// <returns>How many bytes.</returns>
    private int Take(ReadOnlySpan<byte> bytes, out Task room)
    {
        int taken;
        bool starts;
        lock (_gate)
        {
            if (_fault is not null)
            {
                throw new IOException($"An earlier send on this connection failed: {ErrorText.MessageOf(_fault)}", _fault);
            }

            taken = Math.Min(bytes.Length, Capacity - _filled);
            bytes[..taken].CopyTo(_filling.AsSpan(_filled));
            _filled += taken;
            room = taken == bytes.Length ? Task.CompletedTask : Changed();
            starts = !_hasSender;
            _hasSender = true;
        }

        if (starts)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return taken;
    }

    private bool StillGrows()
    {
        lock (_gate)
        {
            var grows = _filled > _seen;
            _seen = _filled;
            return grows;
        }
    }

    /// <summary>What has been gathered; the other buffer is filled from now on.</summary>
    private ReadOnlyMemory<byte> Swap()
    {
        int count;
        TaskCompletionSource? changed;
        lock (_gate)
        {
            (count, _filled, _seen) = (_filled, 0, 0);
            (_filling, _sending) = (_sending, _filling);
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
        Sends++;
        return _sending.AsMemory(0, count);
    }

    /// <summary>Whether the sender goes on; if not, the next writer starts it again.</summary>
    private bool HasMore()
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            if (_filled > 0)
            {
                return true;
            }

            _hasSender = false;
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
        return false;
    }

    private void Fail(Exception exception)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            _fault ??= exception;
            _hasSender = false;
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The reader has seen it.
        }
    }

    /// <summary>Waits until everything has been sent, or nothing more will be.</summary>
    private async Task SentAsync()
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!_hasSender)
                {
                    return;
                }

                changed = Changed();
            }

            await changed.ConfigureAwait(false);
        }
    }

    private Task Changed() => (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
