using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>
/// What one store holds as trees. A version that is written is a tree; rounds later, when nobody has read it meanwhile, it is packed. While a store is written to, what
/// is read of it stays a tree as well (controllers will read it again); a quiet store hands out trees that it does not keep.
/// </summary>
internal sealed class ObjectMemory
{
    const int MostTrees = 8192;
    readonly List<StoredObject> _trees = [];
    int _round = 2;
    int _writtenIn;

    /// <summary>Whether anything is left to pack.</summary>
    public bool HasTrees => _trees.Count > 0;

    public StoredObject Hold(JsonObject tree)
    {
        _writtenIn = _round;
        if (_trees.Count >= MostTrees)
            NextRound();
        var stored = new StoredObject(tree, _round);
        _trees.Add(stored);
        return stored;
    }

    public JsonObject Read(StoredObject stored)
    {
        if (!stored.IsPacked || _writtenIn < _round - 1 || _trees.Count >= MostTrees)
            return stored.Read(_round);
        _trees.Add(stored);
        return stored.Unpack(_round);
    }

    /// <summary>Packs what was not used in this round nor the one before.</summary>
    /// <returns>How many trees became garbage.</returns>
    public int NextRound()
    {
        _round++;
        return Pack(_round - 1);
    }

    public int PackAll()
    {
        _round += 2;
        return Pack(_round);
    }

    int Pack(int since)
    {
        var packed = _trees.RemoveAll(t => t.Pack(since));
        if (_trees.Count == 0)
            _trees.TrimExcess();
        return packed;
    }
}
