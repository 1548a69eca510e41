using System.Security.Cryptography;
using Kairship.Server.Access;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Kairship.Server.Studio;

/// <summary>
/// The pages around the designer. They hold nothing that is anybody's: who may see what is decided by the API that they ask, so that a link opens for
/// whoever has it, and asks to sign in first.
/// </summary>
internal static class StudioPages
{
    public const string Root = "/workflows";

    private static readonly string[] Paths =
        [Root, $"{Root}/definitions", $"{Root}/definitions/{{id}}", $"{Root}/definitions/{{id}}/versions", $"{Root}/instances", $"{Root}/instances/{{id}}"];

    private static readonly Dictionary<string, Asset> Assets = Load();

    public static void MapStudioPages(this IEndpointRouteBuilder app)
    {
        app.MapStudioFiles();
        var pages = app.MapGroup("").ExcludeFromDescription().AllowAnonymous().WithMetadata(new SameForEverybody());
        foreach (var path in Paths)
        {
            pages.MapMethods(path, ["GET", "HEAD"], (HttpContext context) => Page(context, "workflows.html"));
        }

        pages.MapMethods($"{Root}/{{**rest}}", ["GET", "HEAD"], (HttpContext context) => Page(context, "workflows.html", StatusCodes.Status404NotFound));
        pages.MapMethods("/sign-in", ["GET", "HEAD"], (HttpContext context) => Page(context, "sign-in.html"));
        pages.MapMethods("/", ["GET", "HEAD"], () => TypedResults.Redirect(Root));
        pages.MapMethods("/assets/{name}", ["GET", "HEAD"], (string name, HttpContext context) =>
            Assets.TryGetValue(name, out var asset) && !name.EndsWith(".html", StringComparison.Ordinal) ? Send(context, asset) : TypedResults.NotFound());
    }

    private static IResult Page(HttpContext context, string name, int status = StatusCodes.Status200OK)
    {
        PageHeaders.Add(context.Response);
        if (status == StatusCodes.Status200OK)
        {
            return Send(context, Assets[name]);
        }

        return TypedResults.Text(Assets[name].Bytes, "text/html; charset=utf-8", status);
    }

    private static IResult Send(HttpContext context, Asset asset)
    {
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(asset.Bytes, asset.Type, entityTag: asset.Tag);
    }

    private static Dictionary<string, Asset> Load()
    {
        const string Prefix = "studio/";
        var types = new FileExtensionContentTypeProvider();
        var assembly = typeof(StudioPages).Assembly;
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(n => n[Prefix.Length..], name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var type = types.TryGetContentType(name, out var found) ? found : "application/octet-stream";
            return new Asset(
                bytes, type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type,
                new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\""));
        });
    }

    private sealed record Asset(byte[] Bytes, string Type, EntityTagHeaderValue Tag);
}
