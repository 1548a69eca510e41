using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Kairship.Server.Studio;

namespace Kairship.Server.Tests.Studio;

public sealed class StudioFilesTests(SamplePackage package) : IClassFixture<SamplePackage>, IDisposable
{
    private const string Forever = "public, max-age=31536000, immutable";

    private readonly HttpClient http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = package.Server.Address };

    public void Dispose() => http.Dispose();

    [Theory]
    [InlineData(SamplePackage.Script, "text/javascript; charset=utf-8", "no-cache")]
    [InlineData(SamplePackage.Assembly, "application/wasm", Forever)]
    [InlineData("_framework/de/Sample.resources.zzzzz99999.wasm", "application/wasm", Forever)]
    [InlineData("_framework/icudt.oh1zvcfom8.dat", "application/octet-stream", Forever)]
    [InlineData("_framework/x.blat", "application/octet-stream", "no-cache")]
    [InlineData("_content/Lib/Lib.0123456789.bundle.scp.css", "text/css; charset=utf-8", Forever)]
    [InlineData("_content/Lib/lib.css", "text/css; charset=utf-8", "no-cache")]
    [InlineData("_content/Lib/with space.css", "text/css; charset=utf-8", "no-cache")]
    [InlineData("_content/Lib/font.woff2", "font/woff2", "no-cache")]
    [InlineData("_content/Lib/picture.png", "image/png", "no-cache")]
    [InlineData("_content/Lib/page.typescript.js", "text/javascript; charset=utf-8", "no-cache")]
    [InlineData("appsettings.json", "application/json", "no-cache")]
    public async Task File_IsServedWithItsType_AndCachedAsItsNameAllows(string path, string type, string caching)
    {
        using var response = await http.GetAsync($"/workflows/{path}");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().Should().Be(type);
        response.Headers.CacheControl!.ToString().Should().Be(caching);
        response.Headers.Vary.Should().Equal("Accept-Encoding");
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Content.Headers.ContentEncoding.Should().BeEmpty();
        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(SamplePackage.Contents(path));
    }

    [Theory]
    [InlineData("br, gzip", "br")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0.2, gzip;q=0.9", "gzip")]
    [InlineData("br;q=0, gzip;q=0", null)]
    [InlineData("*", "br")]
    [InlineData("*, br;q=0", "gzip")]
    [InlineData("identity", null)]
    [InlineData("nonsense;;;", null)]
    [InlineData("BR", "br")]
    public async Task PackedFile_IsSent_AsTheBrowserTakesIt(string accepted, string? encoding)
    {
        using var response = await SendAsync(HttpMethod.Get, SamplePackage.Assembly, ("Accept-Encoding", accepted));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentEncoding.Should().Equal(encoding is null ? [] : [encoding]);
        response.Content.Headers.ContentType!.ToString().Should().Be("application/wasm", "the type is that of what is packed");
        response.Content.Headers.ContentLength.Should().Be(new FileInfo(Path.Combine(package.Root, SamplePackage.Assembly + encoding switch { "br" => ".br", "gzip" => ".gz", _ => "" })).Length);
        (await UnpackAsync(response)).Should().Equal(SamplePackage.Contents(SamplePackage.Assembly));
    }

    [Fact]
    public async Task FileThatIsNotPacked_IsSentPlain_WhateverTheBrowserTakes()
    {
        using var response = await SendAsync(HttpMethod.Get, "_content/Lib/font.woff2", ("Accept-Encoding", "br, gzip"));
        response.Content.Headers.ContentEncoding.Should().BeEmpty();
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task FileThatTheBrowserHas_Is304_WithTheHeadersThatItKeeps(string accepted)
    {
        using var first = await SendAsync(HttpMethod.Get, SamplePackage.Script, ("Accept-Encoding", accepted));
        var tag = first.Headers.ETag!.ToString();

        using var again = await SendAsync(HttpMethod.Get, SamplePackage.Script, ("Accept-Encoding", accepted), ("If-None-Match", tag));
        again.StatusCode.Should().Be(HttpStatusCode.NotModified);
        again.Headers.ETag!.ToString().Should().Be(tag);
        again.Headers.CacheControl!.ToString().Should().Be("no-cache");
        again.Headers.Vary.Should().Equal("Accept-Encoding");
        (await again.Content.ReadAsByteArrayAsync()).Should().BeEmpty();

        using var other = await SendAsync(HttpMethod.Get, SamplePackage.Script, ("Accept-Encoding", accepted), ("If-None-Match", "\"another\""));
        other.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Tag_DiffersByEncoding_AndNamesTheVersion()
    {
        var tags = new List<string>();
        foreach (var accepted in (string[])["br", "gzip", "identity"])
        {
            using var response = await SendAsync(HttpMethod.Get, SamplePackage.Script, ("Accept-Encoding", accepted));
            tags.Add(response.Headers.ETag!.Tag);
        }

        tags.Should().OnlyHaveUniqueItems().And.OnlyContain(t => t.StartsWith("\"1.2.3-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Head_SaysWhatGetWouldSend()
    {
        using var get = await SendAsync(HttpMethod.Get, SamplePackage.Assembly, ("Accept-Encoding", "br"));
        using var head = await SendAsync(HttpMethod.Head, SamplePackage.Assembly, ("Accept-Encoding", "br"));

        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.Should().Be(get.Content.Headers.ContentLength);
        head.Content.Headers.ContentEncoding.Should().Equal("br");
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("bytes=0-9", 206, 0, 10)]
    [InlineData("bytes=10-", 206, 10, -10)]
    [InlineData("bytes=-5", 206, -5, 5)]
    [InlineData("bytes=999999-", 416, 0, 0)]
    public async Task Range_IsAnswered(string range, int status, int from, int count)
    {
        using var response = await SendAsync(HttpMethod.Get, "_content/Lib/font.woff2", ("Range", range));

        ((int)response.StatusCode).Should().Be(status);
        if (status == 206)
        {
            var all = SamplePackage.Contents("_content/Lib/font.woff2");
            var start = from < 0 ? all.Length + from : from;
            var part = count < 0 ? all[start..] : all[start..(start + count)];
            (await response.Content.ReadAsByteArrayAsync()).Should().Equal(part);
        }
    }

    /// <summary>Sent as they are: a client library would straighten them.</summary>
    [Theory]
    [InlineData("/workflows/_content/../package.json")]
    [InlineData("/workflows/_content/%2e%2e/package.json")]
    [InlineData("/workflows/_content/..%2fpackage.json")]
    [InlineData("/workflows/_content/..%5cpackage.json")]
    [InlineData("/workflows/_content/..\\package.json")]
    [InlineData("/workflows/_content/%252e%252e/package.json")]
    [InlineData("/workflows/_content/Lib/../../../outside.json")]
    [InlineData("/workflows/_content/Lib/..%2f..%2f..%2foutside.json")]
    [InlineData("/workflows/_content/Lib/..%2f../..%2foutside.json")]
    [InlineData("/workflows/_framework//etc/passwd.json")]
    [InlineData("/workflows/_framework/%2fetc%2fhosts.json")]
    [InlineData("/workflows/_content/Lib/.secret.json")]
    [InlineData("/workflows/_content/Lib")]
    [InlineData("/workflows/_content/Lib/")]
    [InlineData("/workflows/_content/")]
    [InlineData("/workflows/_framework/blazor.webassembly.js.br")]
    [InlineData("/workflows/_framework/blazor.webassembly.js.gz")]
    [InlineData("/workflows/_framework/noextension")]
    [InlineData("/workflows/_framework/missing.js")]
    [InlineData("/workflows/_framework/blazor.webassembly.js%00.css")]
    [InlineData("/workflows/index.html")]
    [InlineData("/workflows/package.json")]
    public async Task Path_ThatIsNoFileOfThePackage_FindsNothing(string path)
    {
        var answer = await RawAsync(path);

        answer.Split(' ')[1].Should().BeOneOf("400", "401", "404");
        answer.Should().NotContain("\"version\"").And.NotContain("root:").And.NotContain(".secret.json .secret.json");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task OtherMethods_AreRefused(string method)
    {
        using var response = await SendAsync(new HttpMethod(method), SamplePackage.Script, ("Authorization", $"Bearer {package.Server.AdminToken}"));
        response.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public void Fingerprint_IsInTheFrameworkAndBundles_NotInNamesOfTenLetters()
    {
        StudioFiles.IsFingerprinted("_framework/dotnet.runtime.v06hirbjsv.js").Should().BeTrue();
        StudioFiles.IsFingerprinted("_framework/de/MudBlazor.resources.0123456789.wasm").Should().BeTrue();
        StudioFiles.IsFingerprinted("_content/x/_framework/dotnet.v06hirbjsv.js").Should().BeFalse();
        StudioFiles.IsFingerprinted("_framework/dotnet.js").Should().BeFalse();
        StudioFiles.IsFingerprinted("_content/Monaco/editor.javascript.js").Should().BeFalse();
        StudioFiles.IsFingerprinted("_framework/dotnet.V06HIRBJSV.js").Should().BeFalse();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, $"/workflows/{path}");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request);
    }

    private async Task<string> RawAsync(string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, package.Server.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    private static async Task<byte[]> UnpackAsync(HttpResponseMessage response)
    {
        var raw = await response.Content.ReadAsStreamAsync();
        await using var unpacked = response.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(raw, CompressionMode.Decompress),
            "gzip" => new GZipStream(raw, CompressionMode.Decompress),
            _ => raw,
        };
        using var whole = new MemoryStream();
        await unpacked.CopyToAsync(whole);
        return whole.ToArray();
    }
}
