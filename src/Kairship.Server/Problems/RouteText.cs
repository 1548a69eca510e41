namespace Kairship.Server.Problems;

internal static class RouteText
{
    /// <summary>Routing leaves %2F as it is, and ids of approvals have slashes.</summary>
    public static string Id(string routeValue) => routeValue.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
