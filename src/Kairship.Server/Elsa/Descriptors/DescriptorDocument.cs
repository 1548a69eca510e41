using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Kairship.Server.Elsa.Descriptors;

/// <summary>An answer that is made once and sent often: its bytes, the same packed in two ways, and a strong tag for each.</summary>
internal sealed class DescriptorDocument
{
    private const string Json = "application/json; charset=utf-8";

    private sealed record Packing(string? Encoding, byte[] Bytes, EntityTagHeaderValue Tag);

    private readonly Packing plain;
    private readonly Packing[] packed;

    public DescriptorDocument(byte[] json)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12));
        plain = new Packing(null, json, Tag(hash));
        packed = [new Packing("br", Brotli(json), Tag(hash + "-br")), new Packing("gzip", GZip(json), Tag(hash + "-gz"))];
    }

    /// <summary>304 when the caller has one of these bytes already.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var (request, response) = (context.Request.GetTypedHeaders(), context.Response);
        var chosen = packed.FirstOrDefault(p => Takes(request, p.Encoding!)) ?? plain;
        response.Headers.ETag = chosen.Tag.ToString();
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.Vary = "Accept-Encoding, Authorization";
        if (request.IfNoneMatch.Any(t => t.Tag == "*" || t.Compare(plain.Tag, useStrongComparison: false) || packed.Any(p => t.Compare(p.Tag, useStrongComparison: false))))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = Json;
        response.ContentLength = chosen.Bytes.Length;
        if (chosen.Encoding is not null)
        {
            response.Headers.ContentEncoding = chosen.Encoding;
        }

        await response.Body.WriteAsync(chosen.Bytes, context.RequestAborted);
    }

    private static bool Takes(RequestHeaders request, string encoding) =>
        request.AcceptEncoding.Any(e => e.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && e.Quality is null or > 0);

    private static EntityTagHeaderValue Tag(string text) => new($"\"{text}\"");

    private static byte[] Brotli(byte[] json)
    {
        var buffer = new byte[BrotliEncoder.GetMaxCompressedLength(json.Length)];
        return BrotliEncoder.TryCompress(json, buffer, out var written, quality: 6, window: 20)
            ? buffer[..written]
            : throw new InvalidOperationException("The descriptors could not be packed.");
    }

    private static byte[] GZip(byte[] json)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Optimal))
        {
            zip.Write(json);
        }

        return stream.ToArray();
    }
}
