using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Messaging;

/// <summary>Writes JSON into an array of the shared pool. One for each thread; the receiver of the array returns it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "It lives as long as its thread, and the writer holds nothing but this.")]
internal sealed class PooledJson : IBufferWriter<byte>
{
    private const int FirstSize = 512;

    [ThreadStatic]
    private static PooledJson? _ofThread;

    private readonly Utf8JsonWriter _writer;
    private byte[] _array = [];
    private int _length;

    private PooledJson() => _writer = new Utf8JsonWriter(this);

    /// <returns>The array and how much of it is the JSON.</returns>
    internal static (byte[] Array, int Length) Serialize<T>(T value, JsonTypeInfo<T> json)
    {
        var pooled = _ofThread ?? new PooledJson();
        _ofThread = null; // a converter may serialize, too
        pooled._array = ArrayPool<byte>.Shared.Rent(FirstSize);
        pooled._length = 0;
        pooled._writer.Reset(pooled);
        try
        {
            JsonSerializer.Serialize(pooled._writer, value, json);
            pooled._writer.Flush();
            var result = (pooled._array, pooled._length);
            pooled._array = [];
            _ofThread = pooled;
            return result;
        }
        finally
        {
            if (pooled._array.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(pooled._array);
                pooled._array = [];
            }
        }
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsSpan(_length);
    }

    private void Grow(int sizeHint)
    {
        if (_array.Length - _length >= Math.Max(sizeHint, 1))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_array.Length * 2, _length + Math.Max(sizeHint, 1)));
        _array.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
