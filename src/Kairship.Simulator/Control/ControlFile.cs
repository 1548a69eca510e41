using System.Text.Json;
using Kairship.Simulator.State;

namespace Kairship.Simulator.Control;

/// <summary>Where the control of a running simulator is and what it asks for; the file <c>control.json</c> of its folder, for its owner's eyes only.</summary>
internal sealed record ControlFile(Uri Address, string Token, int ProcessId)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string PathIn(string folder) => Path.Combine(folder, "control.json");

    public void Write(string folder) => PrivateFile.Write(PathIn(folder), JsonSerializer.Serialize(this, Json));

    /// <summary>Null when there is none, or it cannot be read.</summary>
    public static ControlFile? Find(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<ControlFile>(File.ReadAllText(PathIn(folder)), Json);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    public static void Remove(string folder) => File.Delete(PathIn(folder));
}
