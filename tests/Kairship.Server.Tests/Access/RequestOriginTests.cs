using Kairship.Server.Access;

namespace Kairship.Server.Tests.Access;

public sealed class RequestOriginTests
{
    private const string Host = "127.0.0.1:7420";
    private const string Own = "http://127.0.0.1:7420";

    [Theory]
    // What a browser says about who asks decides.
    [InlineData("GET", false, "same-origin", null, true)]
    [InlineData("POST", false, "same-origin", Own, true)]
    [InlineData("DELETE", false, "same-origin", Own, true)]
    [InlineData("GET", true, "same-origin", Own, true)]
    [InlineData("GET", false, "none", null, true)]
    [InlineData("POST", false, "none", null, false)]
    [InlineData("GET", true, "none", null, false)]
    // Another port of this machine is of the same site.
    [InlineData("GET", false, "same-site", null, false)]
    [InlineData("POST", false, "same-site", "http://127.0.0.1:9000", false)]
    [InlineData("GET", true, "same-site", "http://127.0.0.1:9000", false)]
    [InlineData("GET", false, "cross-site", null, false)]
    [InlineData("POST", false, "cross-site", "https://evil.example", false)]
    [InlineData("POST", false, "cross-site", Own, false)]
    [InlineData("GET", false, "nonsense", null, false)]
    // Plain HTTP to another machine: browsers say only the origin.
    [InlineData("GET", false, null, null, true)]
    [InlineData("HEAD", false, "", "", true)]
    [InlineData("POST", false, null, null, false)]
    [InlineData("PUT", false, null, "", false)]
    [InlineData("DELETE", false, null, null, false)]
    [InlineData("OPTIONS", false, null, null, false)]
    [InlineData("GET", true, null, null, false)]
    [InlineData("POST", false, null, Own, true)]
    [InlineData("POST", false, null, "https://127.0.0.1:7420", true)]
    [InlineData("POST", false, null, "HTTP://127.0.0.1:7420", true)]
    [InlineData("GET", true, null, Own, true)]
    [InlineData("POST", false, null, "http://127.0.0.1:7421", false)]
    [InlineData("POST", false, null, "http://127.0.0.1", false)]
    [InlineData("POST", false, null, "http://127.0.0.1:7420.evil.example", false)]
    [InlineData("POST", false, null, "http://evil.example/127.0.0.1:7420", false)]
    [InlineData("POST", false, null, "null", false)]
    [InlineData("GET", true, null, "null", false)]
    [InlineData("GET", false, null, "https://evil.example", false)]
    public void Cookie_Counts_WhenOneOfOurPagesAsks(string method, bool webSocket, string? fetchSite, string? origin, bool counts) =>
        RequestOrigin.IsOurs(method, webSocket, fetchSite, origin, Host).Should().Be(counts);
}
