namespace TechCorp.Resilience.Http;

/// <summary>
/// Takes what a content writes: up to a bound into memory. At the bound the writer waits until the connection is there, and then writes to it what was kept
/// and all that follows. So a content that can be written only once is either kept whole or sent whole.
/// </summary>
internal sealed class SpillStream(int bound) : Stream
{
    private readonly MemoryStream _kept = new();
    private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Stream> _target = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _open;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends when the writer waits for the connection, because there is more than the bound.</summary>
    internal Task Full => _full.Task;

    /// <summary>All that was written, once the writer has finished within the bound.</summary>
    internal ReadOnlyMemory<byte> Kept => _kept.GetBuffer().AsMemory(0, (int)_kept.Length);

    /// <summary>Lets a writer that waits go on.</summary>
    /// <returns>Whether this is the first connection: for a second one there is nothing here.</returns>
    internal bool ContinueTo(Stream target) => _target.TrySetResult(target);

    /// <summary>No connection will come.</summary>
    internal void Abandon() => _target.TrySetException(new IOException("The request ended before its content was sent."));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Keeps(buffer.Length))
        {
            _kept.Write(buffer);
            return;
        }

        if (_open is null)
        {
            _full.TrySetResult();
            _open = _target.Task.GetAwaiter().GetResult();
            _open.Write(Kept.Span);
        }

        _open.Write(buffer);
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

        if (_open is null)
        {
            _full.TrySetResult();
            _open = await _target.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            await _open.WriteAsync(Kept, cancellationToken).ConfigureAwait(false);
        }

        await _open.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override void Flush() => _open?.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _open?.FlushAsync(cancellationToken) ?? Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool Keeps(int count) => _open is null && _kept.Length + count <= bound;
}
