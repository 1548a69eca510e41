using System.Xml.Linq;

namespace Kairship.Architecture.Tests;

/// <summary>The arrows of docs/architecture.md: who may know whom, and who may know which libraries.</summary>
public class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Workflows"] = [],
        ["Delivery"] = [],
        ["Simulator"] = [],
        ["Api"] = [],
        ["Fleet"] = ["Delivery"],
        ["Activities"] = ["Workflows", "Delivery", "Fleet"],
        ["Storage"] = ["Workflows", "Delivery", "Fleet"],
        ["Server"] = ["Api", "Activities", "Storage", "Simulator"],
        ["Cli"] = ["Api", "Server", "Simulator"],
    };

    public static TheoryData<string> Rooms => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_ReferencesRooms_OnlyAlongTheArrows(string room)
    {
        var project = XDocument.Load(Path.Combine(Checkout.Root, "src", $"Kairship.{room}", $"Kairship.{room}.csproj"));
        var references = project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)["Kairship.".Length..]);
        references.Should().BeSubsetOf(Allowed[room]);
    }

    [Fact]
    public void Tree_HasNoRoom_ThatThePlanDoesNotKnow() =>
        Directory.GetDirectories(Path.Combine(Checkout.Root, "src")).Select(d => Path.GetFileName(d)["Kairship.".Length..]).Should().BeEquivalentTo(Allowed.Keys);

    [Theory]
    [InlineData("Workflows", "KubernetesClient|k8s|EntityFrameworkCore|AspNetCore|Orleans|Npgsql|Sqlite")]
    [InlineData("Delivery", "KubernetesClient|k8s|EntityFrameworkCore|AspNetCore|Orleans|Npgsql|Sqlite|System.Net.Http")]
    [InlineData("Simulator", "KubernetesClient|k8s|EntityFrameworkCore|Orleans|Npgsql|Sqlite")]
    [InlineData("Fleet", "EntityFrameworkCore|Orleans|Npgsql|Sqlite")]
    [InlineData("Activities", "EntityFrameworkCore|Orleans|Npgsql|Sqlite")]
    [InlineData("Api", "KubernetesClient|k8s|EntityFrameworkCore|Orleans|Npgsql|Sqlite")]
    public void Room_KnowsNothing_OfWhatIsNotItsBusiness(string room, string foreign)
    {
        var words = foreign.Split('|');
        var assembly = System.Reflection.Assembly.Load($"Kairship.{room}");
        assembly.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(name => words.Any(w => name.Split('.').Contains(w) || name.StartsWith($"{w}.", StringComparison.Ordinal) || name.Contains($".{w}", StringComparison.Ordinal)))
            .Should().BeEmpty();
    }

    [Fact]
    public void Delivery_DecidesWithoutClockOrChance() => Checkout.CSharpBelow("src/Kairship.Delivery")
        .Where(f => File.ReadAllText(f) is var text && (text.Contains("TimeProvider", StringComparison.Ordinal) || text.Contains("Guid.NewGuid", StringComparison.Ordinal) || text.Contains("Random", StringComparison.Ordinal)))
        .Select(Checkout.Relative).Should().BeEmpty("decisions are pure: time is passed in");
}
