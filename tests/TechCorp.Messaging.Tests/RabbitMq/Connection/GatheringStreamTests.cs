using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>The stream below the client, over a real connection of two sockets.</summary>
public sealed class GatheringStreamTests : IAsyncLifetime
{
    private const int TooMuch = 4 * 1024 * 1024;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);
    private readonly FakeTimeProvider _timeProvider = new();
    private Socket _near = null!;
    private Socket _far = null!;
    private GatheringStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 8 * 1024 };
        await _near.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        _far = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        _stream = new GatheringStream(_near, CloseTimeout, _timeProvider);
    }

    public async ValueTask DisposeAsync()
    {
        _far.Dispose();
        _near.Dispose();
        await _stream.DisposeAsync();
    }

    [Safeguard("What is gathered while something is sent goes out", SwitchedOff = "the sender stops after one send")]
    [Safeguard("A full buffer makes the writer wait", SwitchedOff = "the rest is dropped")]
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Writes_of_any_size_arrive_whole_and_in_order(int seed)
    {
        var random = new Random(seed);
        var sent = new byte[2_000_000];
        random.NextBytes(sent);

        var writing = WriteAsync();
        var arrived = await ReadAsync(sent.Length);
        await writing;

        arrived.Should().Equal(sent);

        async Task WriteAsync()
        {
            for (var at = 0; at < sent.Length;)
            {
                var size = Math.Min(random.Next(10) == 0 ? random.Next(3 * GatheringStream.Capacity) : random.Next(500), sent.Length - at);
                await _stream.WriteAsync(sent.AsMemory(at, size), TestContext.Current.CancellationToken);
                at += size;
            }
        }
    }

    [Fact]
    public async Task What_is_written_while_the_socket_is_busy_goes_out_together()
    {
        const int Writes = 100;
        var before = FillTheLine();
        for (var i = 0; i < Writes; i++)
        {
            await _stream.WriteAsync(new byte[500], TestContext.Current.CancellationToken);
        }

        await ReadAsync(before + (Writes * 500));

        _stream.Sends.Should().BeInRange(1, Writes / 5);
    }

    [Fact]
    public async Task The_synchronous_writes_keep_their_place_in_the_order()
    {
        byte[] sent = [1, 2, 3, 4, 5, 6];

        await _stream.WriteAsync(sent.AsMemory(0, 2), TestContext.Current.CancellationToken);
        _stream.Write(sent.AsSpan(2, 2));
        _stream.Write(sent, 4, 2);

        (await ReadAsync(sent.Length)).Should().Equal(sent);
    }

    [Fact]
    public async Task A_writer_waits_when_the_other_side_takes_no_more_and_goes_on_when_it_does()
    {
        var pending = WriteTooMuchAsync(TestContext.Current.CancellationToken);

        pending.IsCompleted.Should().BeFalse();
        var arrived = await ReadAsync(TooMuch);
        await Eventually.Ends(pending, "the writer goes on");
        arrived.Should().HaveCount(TooMuch);
    }

    [Safeguard("Nothing follows half a frame", SwitchedOff = "a canceled write leaves the stream usable")]
    [Fact]
    public async Task A_writer_that_waits_can_be_cancelled_and_nothing_follows_its_half_written_frame()
    {
        using var cancel = new CancellationTokenSource();
        var pending = WriteTooMuchAsync(cancel.Token);

        await cancel.CancelAsync();

        await pending.Invoking(waits => waits).Should().ThrowAsync<OperationCanceledException>();
        await _stream.Invoking(stream => Eventually.Ends(stream.WriteAsync(new byte[1], TestContext.Current.CancellationToken).AsTask(), "the next write ends"))
            .Should().ThrowAsync<IOException>("half a frame was written, and another must not follow it");
    }

    [Safeguard("A failed send fails later writers", SwitchedOff = "its fault is forgotten")]
    [Safeguard("A failed send ends the reader", SwitchedOff = "the socket is not shut down")]
    [Fact]
    public async Task After_a_send_that_failed_every_write_fails_and_the_reader_ends()
    {
        var reading = _stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask();
        _near.Shutdown(SocketShutdown.Send); // what is sent from now on fails, what is read does not
        reading.IsCompleted.Should().BeFalse();

        await _stream.WriteAsync(new byte[10], TestContext.Current.CancellationToken);

        (await Eventually.Ends(reading, "the reader ends")).Should().Be(0);
        await _stream.Invoking(stream => stream.WriteAsync(new byte[10], TestContext.Current.CancellationToken).AsTask())
            .Should().ThrowAsync<IOException>().WithMessage("An earlier send on this connection failed: *");
    }

    [Safeguard("A failed send fails later writers")]
    [Fact]
    public async Task A_writer_that_waits_fails_when_the_connection_does()
    {
        var pending = WriteTooMuchAsync(TestContext.Current.CancellationToken);

        _far.LingerState = new LingerOption(enable: true, seconds: 0);
        _far.Dispose(); // a reset

        await pending.Invoking(waits => waits).Should().ThrowAsync<IOException>();
    }

    [Safeguard("Closing sends what was written", SwitchedOff = "closing does not wait")]
    [Fact]
    public async Task Closing_sends_what_was_written_before()
    {
        byte[] sent = [1, 2, 3];
        var before = FillTheLine();
        await _stream.WriteAsync(sent, TestContext.Current.CancellationToken);

        var closing = _stream.DisposeAsync().AsTask();
        closing.IsCompleted.Should().BeFalse();
        var arrived = await ReadAsync(before + sent.Length);

        await Eventually.Ends(closing, "closing ends when everything is sent");
        arrived[before..].Should().Equal(sent);
    }

    [Safeguard("Closing ends", SwitchedOff = "closing waits without end")]
    [Safeguard("A close that times out fails what still waits, and a second close waits for nothing",
        SwitchedOff = "the timed-out close leaves the stream as it was")]
    [Fact]
    public async Task Closing_waits_for_a_dead_peer_no_longer_than_the_close_timeout()
    {
        FillTheLine();
        var pending = WriteTooMuchAsync(TestContext.Current.CancellationToken);

        var closing = _stream.DisposeAsync().AsTask();
        _timeProvider.Advance(CloseTimeout - TimeSpan.FromMilliseconds(1));
        closing.IsCompleted.Should().BeFalse();
        _timeProvider.Advance(TimeSpan.FromMilliseconds(1));

        await Eventually.Ends(closing, "closing ends by its timeout");
        await Eventually.Ends(_stream.DisposeAsync().AsTask(), "closing again waits for nothing");
        await pending.Invoking(waits => waits).Should().ThrowAsync<IOException>("the waiting writer gets the error");
    }

    /// <summary>Writes more than the buffers of both sides can hold: the write waits until the other side reads.</summary>
    private Task WriteTooMuchAsync(CancellationToken cancellationToken) => _stream.WriteAsync(new byte[TooMuch], cancellationToken).AsTask();

    /// <summary>Sends until neither side's buffer takes any more, so that the stream's next send is stuck.</summary>
    /// <returns>How many bytes that took.</returns>
    private int FillTheLine()
    {
        var sent = 0;
        _near.Blocking = false;
        SocketError error;
        do
        {
            sent += _near.Send(new byte[GatheringStream.Capacity], SocketFlags.None, out error);
        }
        while (error == SocketError.Success);
        error.Should().Be(SocketError.WouldBlock);
        return sent;
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await Eventually.Ends(_far.ReceiveAsync(bytes.AsMemory(at), TestContext.Current.CancellationToken).AsTask(),
                $"more than {at} of {count} bytes arrive");
            at += read > 0 ? read : throw new EndOfStreamException($"The connection ended after {at} of {count} bytes.");
        }

        return bytes;
    }
}
