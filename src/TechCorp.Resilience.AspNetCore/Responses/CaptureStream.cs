using Microsoft.AspNetCore.Http.Features;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Keeps what an endpoint writes. Beyond the bound, or when the endpoint streams, it sends what it kept and all that follows.</summary>
internal sealed class CaptureStream(IHttpResponseBodyFeature real, CapturedHead head, int bound) : Stream
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
            return;
        }

        if (_kept.Length > 0)
        {
            real.Stream.Write(TakeKept());
        }

        real.Stream.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Keeps(buffer.Length))
        {
            _kept.Write(buffer.Span);
            return;
        }

        if (_kept.Length > 0)
        {
            await real.Stream.WriteAsync(TakeKept(), cancellationToken).ConfigureAwait(false);
        }

        await real.Stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override void Flush()
    {
        if (IsPassing)
        {
            real.Stream.Flush();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!IsPassing)
        {
            return;
        }

        if (_kept.Length > 0)
        {
            await real.Stream.WriteAsync(TakeKept(), cancellationToken).ConfigureAwait(false);
        }

        await real.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

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

    private byte[] TakeKept()
    {
        var kept = _kept.ToArray();
        _kept.SetLength(0);
        return kept;
    }
}
