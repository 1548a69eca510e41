using Microsoft.AspNetCore.Http.Features;

namespace Kairship.Server.Problems;

/// <summary>How many bytes a body of this endpoint may have.</summary>
internal sealed record BodyLimit(long Bytes)
{
    /// <summary>Manifests may be 4 MB; as a JSON string they grow.</summary>
    public static BodyLimit Default { get; } = new(6 * 1024 * 1024);

    public static BodyLimit OneMegabyte { get; } = new(1024 * 1024);

    /// <summary>Many definitions in one zip.</summary>
    public static BodyLimit Bundle { get; } = new(24 * 1024 * 1024);
}

/// <summary>
/// Holds bodies to the endpoint's limit: by Content-Length before anything is read, by counting otherwise. Kestrel's own limit is higher,
/// so that a sender of a body that is a little too long gets the answer and not a connection that breaks while it still sends.
/// </summary>
internal sealed class BodyLimitMiddleware(RequestDelegate next)
{
    /// <summary>What Kestrel cuts off.</summary>
    public const long ConnectionLimit = 32 * 1024 * 1024;

    public Task InvokeAsync(HttpContext context)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() ?? BodyLimit.Default;
        if (context.Request.ContentLength > limit.Bytes)
        {
            throw TooLarge(limit);
        }

        if (context.Request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            context.Request.Body = new CountedBody(context.Request.Body, limit);
        }

        return next(context);
    }

    public static string Explain(BodyLimit limit) => $"The body is larger than the {limit.Bytes / 1024.0 / 1024.0:0.#} MB that are taken here.";

    private static BadHttpRequestException TooLarge(BodyLimit limit) => new(Explain(limit), StatusCodes.Status413PayloadTooLarge);

    private sealed class CountedBody(Stream inner, BodyLimit limit) : Stream
    {
        private long read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => read; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Count(await inner.ReadAsync(buffer.AsMemory(offset, count), cancellationToken));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int bytes)
        {
            read += bytes;
            return read <= limit.Bytes ? bytes : throw TooLarge(limit);
        }
    }
}
