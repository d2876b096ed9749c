"""When first names were given, for vocabularies that do not say; written by hand for this project, approximate.

A name that is in none of these lists is as likely in every era.
"""

ERAS = (1900, 1950, 1980)
"""Each era begins with this year of birth."""

BEFORE_1950 = (4.0, 0.8, 0.05)
FROM_1950_ON = (0.3, 2.0, 0.6)
FROM_1980_ON = (0.02, 0.35, 2.5)
"""How much likelier than on the whole a name of each list is in each era."""

_EARLY = {
    "us": "Dorothy Betty Mildred Helen Ruth Virginia Evelyn Doris Frances Irene Lois Marie Norma Phyllis Shirley "
    "Marilyn Barbara Patricia Joan Joyce Carol Judith Judy Beverly Gloria Martha Jean Alice Ann Ronald Donald "
    "Harold Raymond Walter Albert Arthur Ralph Roy Eugene Louis Harry Howard Fred Ernest Earl Clarence Carl "
    "Frank Jack Gerald Larry Jerry Leonard Norman Francis Herbert Stanley Alfred Leroy Glenn Gene Lawrence "
    "George Richard Charles Robert",
    "nl": "Maria Jozef Joseph Godelieve Simonne Simone Yvonne Georgette Germaine Irma Jeanne Julia Maurits Gaston "
    "Albert Alfons Frans Gustaaf Henri Hendrik Jozefa Josephina Leon Lucien Marcel Maurice Omer Petrus "
    "Raymond Remi Robert Roger René Victor Willy Yvette Paula Denise Lucienne Agnes Angèle Rosa Suzanna "
    "Elisabeth Achiel André Camiel Gerard Georges Lea Monique Jacqueline Gilberte Palmyre Adrienne Alice "
    "Bertha Clara Irène Joanna Ludovicus Franciscus Joannes",
    "it": "Giuseppina Carmela Antonietta Rosa Concetta Vincenzo Salvatore Pietro Domenico Aldo Luciano Angelo Mario "
    "Bruna Marisa Franca Renato Gino Dino Remo Luigi",
    "pt": "Olinda Conceição Graça Filomena Fernanda Manuela Joaquim Domingos Américo Armando António Manuel José",
}
_MIDDLE = {
    "us": "Linda Susan Karen Debra Deborah Donna Sandra Cynthia Pamela Diane Brenda Teresa Kathleen Cheryl Denise "
    "Tammy Lori Lisa Kimberly Michelle Tina Dawn Tracy Rhonda Kelly Laurie Robin Sherry Gary Dennis Steven "
    "Mark Kenneth Kevin Jeffrey Scott Timothy Gregory Douglas Keith Terry Bruce Roger Craig Todd Randy Ricky "
    "Bradley Darren Wendy Laura Paul Michael David Julie Connie Theresa Sheila Carla Jill Stacy",
    "nl": "Marleen Rita Martine Linda Ann Anne Nancy Sabine Christine Carine Hilde Kristel Kristien Katrien Ingrid "
    "Veerle Greet Annick Patricia Sonja Sandra Nathalie Dirk Luc Marc Patrick Rudy Geert Johan Peter Filip "
    "Kurt Danny Eddy Erik Guido Guy Ivan Jan Koen Kris Paul Philip Philippe Stefaan Stefan Wim Bart Tom Hugo "
    "Freddy Johnny Ronny Chris Carina Nadine Viviane Lieve Magda Myriam Karine Kathleen Els Heidi Wendy",
    "it": "Roberto Stefano Fabio Massimo Claudio Sandro Sergio Patrizia Daniela Roberta Monica Barbara Sabrina "
    "Antonella",
    "pt": "Carlos Paulo Jorge Rui Fernando Luís Sandra Carla Paula Cristina Anabela Célia Helena Vítor Mário",
}
_LATE = {
    "us": "Jessica Ashley Amanda Brittany Megan Samantha Lauren Kayla Taylor Courtney Danielle Chelsea Haley Alexis "
    "Jasmine Alyssa Morgan Brianna Emily Emma Olivia Madison Abigail Hannah Sydney Kaitlyn Caitlin Kelsey "
    "Destiny Savannah Gabrielle Katelyn Cassandra Shelby Paige Brooke Jordan Mackenzie Autumn Alexandra Tyler "
    "Austin Dylan Logan Hunter Connor Cody Brandon Zachary Ethan Jared Trevor Dakota Devin Caleb Lucas Noah "
    "Mason Evan Ian Gabriel Isaiah Cameron Blake Colton Dustin Justin Kyle Nicholas Joshua Jacob Ryan "
    "Alexander Jesus Luis Kristina Kiara Bethany Kendra Meghan Jenna",
    "nl": "Emma Lotte Noor Louise Olivia Marie Elise Julie Laura Lisa Sarah Amber Charlotte Femke Fien Hanne Jana "
    "Jade Lore Lena Amy Kato Luna Mila Nina Noa Oona Roos Zoë Ella Anna Amina Yasmine Fleur Febe Helena Ine "
    "Silke Sofie Stephanie Jolien Evelien Kimberly Milan Noah Lucas Liam Arthur Jules Lars Mathis Senne Seppe "
    "Wout Thomas Robbe Ruben Daan Finn Jasper Jelle Kobe Lander Matteo Maxim Nathan Niels Nick Pieter Sander "
    "Sem Simon Stan Thibo Tibo Tuur Vic Vince Warre Xander Yanis Dries Bram Brecht Jonas Kevin Mohamed Adam "
    "Ayoub Elias Emiel Bilal Hamza Imran Rayan Jordy Sam Michiel",
    "it": "Giulia Chiara Valentina Federica Alessia Elisa Sara Sofia Matteo Lorenzo Alessandro Davide Luca Andrea "
    "Leonardo",
    "pt": "Beatriz Mariana Leonor Matilde Inês Joana Daniela Andreia Catarina Diana Tiago Diogo Gonçalo Tomás "
    "Rafael André Fábio Bruno Daniel David Gabriel Hugo Mónica Vera",
}


def era_factors(origin: str, name: str) -> tuple[float, ...]:
    """Return how much likelier than on the whole a name is in each era."""
    for lists, factors in ((_EARLY, BEFORE_1950), (_MIDDLE, FROM_1950_ON), (_LATE, FROM_1980_ON)):
        if name in lists.get(origin, "").split():
            return factors
    return (1.0,) * len(ERAS)
