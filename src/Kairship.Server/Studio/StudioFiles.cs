using System.Text.RegularExpressions;
using Kairship.Server.Access;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Kairship.Server.Studio;

/// <summary>
/// The package's files, below the pages' own path: Blazor wants a page to lie below its base, and the base to be where <c>_framework</c> and <c>_content</c> are.
/// </summary>
internal static partial class StudioFiles
{
    private const string Forever = "public, max-age=31536000, immutable";
    private const string Asked = "no-cache";
    private static readonly string[] Folders = ["_framework", "_content"];
    private static readonly string[] Files = ["appsettings.json", "Elsa.Studio.Host.CustomElements.styles.css"];
    private static readonly FileExtensionContentTypeProvider Types = MakeTypes();

    public static void MapStudioFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup(StudioPages.Root).ExcludeFromDescription().AllowAnonymous().WithMetadata(new SameForEverybody());
        foreach (var folder in Folders)
        {
            files.MapMethods($"/{folder}/{{**path}}", ["GET", "HEAD"], (string? path, HttpContext context, StudioPackage package) => Send($"{folder}/{path}", context, package));
        }

        foreach (var file in Files)
        {
            files.MapMethods($"/{file}", ["GET", "HEAD"], (HttpContext context, StudioPackage package) => Send(file, context, package));
        }
    }

    /// <summary>True for names that change with their contents.</summary>
    public static bool IsFingerprinted(string path) => Fingerprint().IsMatch(path);

    private static IResult Send(string path, HttpContext context, StudioPackage package)
    {
        if (FileEncoding.IsPacked(path) || package.File(path) is null || !Types.TryGetContentType(path, out var type))
        {
            return new Refusal(StatusCodes.Status404NotFound, package.Version is null
                ? "The designer's files are not on this server; the page /workflows says how to get them."
                : "The designer has no such file.").ToResult();
        }

        var (encoding, file) = Choose(path, context.Request, package);
        var headers = context.Response.Headers;
        headers.CacheControl = IsFingerprinted(path) ? Forever : Asked;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        if (encoding.Name is not null)
        {
            headers.ContentEncoding = encoding.Name;
        }

        // Packages have one time for all files: the version tells them apart.
        var tag = new EntityTagHeaderValue($"\"{package.Version}-{file.Length:x}{encoding.Suffix}\"");
        return TypedResults.PhysicalFile(file.PhysicalPath!, type, entityTag: tag, enableRangeProcessing: true);
    }

    private static (FileEncoding Encoding, IFileInfo File) Choose(string path, HttpRequest request, StudioPackage package)
    {
        foreach (var encoding in FileEncoding.For(request.GetTypedHeaders().AcceptEncoding))
        {
            if (package.File(path + encoding.Suffix) is { } file)
            {
                return (encoding, file);
            }
        }

        return (FileEncoding.Plain, package.File(path)!);
    }

    private static FileExtensionContentTypeProvider MakeTypes()
    {
        var types = new FileExtensionContentTypeProvider();
        types.Mappings[".wasm"] = "application/wasm";
        types.Mappings[".dat"] = "application/octet-stream";
        types.Mappings[".blat"] = "application/octet-stream";
        types.Mappings[".cur"] = "image/x-icon";
        types.Mappings[".map"] = "application/json";
        types.Mappings[".scss"] = "text/x-scss";
        types.Mappings[".js"] = "text/javascript; charset=utf-8";
        types.Mappings[".css"] = "text/css; charset=utf-8";
        return types;
    }

    [GeneratedRegex(@"(^_framework/([^/]+/)?[^/]+\.[a-z0-9]{10}\.(wasm|js|dat|blat|pdb)$)|(\.[a-z0-9]{10}\.bundle\.scp\.css$)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fingerprint();
}
