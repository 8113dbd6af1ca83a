using Microsoft.AspNetCore.Http.Features;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Keeps what an endpoint writes. Beyond the bound, or when the endpoint streams, it sends what it kept and all that follows.</summary>
/// <param name="real">Where it is sent.</param>
/// <param name="head">Status and headers.</param>
/// <param name="bound">The most bytes that are kept.</param>
/// <param name="gone">Canceled when nobody is there to read. What is written then is dropped: the endpoint goes on, and must not fail by it.</param>
internal sealed class CaptureStream(IHttpResponseBodyFeature real, CapturedHead head, int bound, CancellationToken gone) : Stream
{
    private readonly MemoryStream _kept = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the response goes to the caller while the endpoint runs, so that it is not stored.</summary>
    internal bool IsPassing { get; private set; }

    internal byte[] Kept => _kept.ToArray();

    internal void Pass()
    {
        if (!IsPassing)
        {
            head.HandOver();
            IsPassing = true;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Keeps(buffer.Length))
        {
            _kept.Write(buffer);
        }
        else
        {
            Send(buffer, flush: false);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Keeps(buffer.Length))
        {
            _kept.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        return SendAsync(buffer, flush: false, cancellationToken);
    }

    public override void Flush()
    {
        if (IsPassing)
        {
            Send(buffer: default, flush: true);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
        => IsPassing ? SendAsync(buffer: default, flush: true, cancellationToken).AsTask() : Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool Keeps(int count)
    {
        if (!IsPassing && _kept.Length + count > bound)
        {
            Pass();
        }

        return !IsPassing;
    }

    private void Send(ReadOnlySpan<byte> buffer, bool flush)
    {
        try
        {
            if (_kept.Length > 0)
            {
                real.Stream.Write(TakeKept());
            }

            if (flush)
            {
                real.Stream.Flush();
            }
            else
            {
                real.Stream.Write(buffer);
            }
        }
        catch (Exception exception) when (IsHangUp(exception))
        {
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> buffer, bool flush, CancellationToken cancellationToken)
    {
        try
        {
            if (_kept.Length > 0)
            {
                await real.Stream.WriteAsync(TakeKept(), cancellationToken).ConfigureAwait(false);
            }

            if (flush)
            {
                await real.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await real.Stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (IsHangUp(exception))
        {
        }
    }

    private bool IsHangUp(Exception exception) => gone.IsCancellationRequested && exception is IOException or ObjectDisposedException;

    private byte[] TakeKept()
    {
        var kept = _kept.ToArray();
        _kept.SetLength(0);
        return kept;
    }
}
