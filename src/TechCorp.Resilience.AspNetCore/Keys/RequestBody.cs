using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Reads the body of a request into memory, so that it can be hashed and the endpoint can read it all the same.</summary>
internal static class RequestBody
{
    private const int PartSize = 16 * 1024;

    /// <returns>The body, which is also the request's from now on; <see langword="null"/> when it is larger than the bound.</returns>
    /// <exception cref="InvalidOperationException">The body was read before, and is gone.</exception>
    internal static async ValueTask<MemoryStream?> BufferAsync(HttpRequest request, int bound, CancellationToken cancellationToken)
    {
        if (request.ContentLength > bound)
        {
            return null;
        }

        if (request.Body.CanSeek)
        {
            request.Body.Position = 0; // middleware may have read it
        }
        else if (request.HttpContext.Features.Get<IFormFeature>() is { Form: not null })
        {
            throw WasRead();
        }

        var body = new MemoryStream(capacity: (int)(request.ContentLength ?? 0));
        var part = ArrayPool<byte>.Shared.Rent(PartSize);
        try
        {
            while (await request.Body.ReadAsync(part, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                if (body.Length + count > bound)
                {
                    return null;
                }

                body.Write(part, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }

        if (request.ContentLength is { } length && length != body.Length)
        {
            throw WasRead();
        }

        body.Position = 0;
        request.Body = body;
        return body;
    }

    private static InvalidOperationException WasRead()
        => new("The body was read before the endpoint that requires an Idempotency-Key, so its fingerprint cannot be made and the endpoint was not run. "
            + "Call Request.EnableBuffering() before middleware reads it.");
}
